from django.urls import path

from people import staff_security, views

urlpatterns = [
    path("me/", views.me, name="me"),
    path("me/contact/", views.contact, name="contact"),
    path("me/data/", views.my_data, name="my-data"),
    path("me/data/export/", views.export_my_data, name="export-my-data"),
    path("me/data/ask/", views.ask, name="ask"),
    path("me/data/requests/<int:pk>/take-back/", views.take_back, name="take-back"),
    path("me/data/consents/<slug:kind>/", views.consent, name="consent"),
    path("me/security/", views.security, name="security"),
    path("me/security/sessions/end/", views.sessions_end, name="sessions-end"),
    path("me/security/sessions/<int:pk>/end/", views.session_end, name="session-end"),
    path("me/security/tokens/new/", views.token_new, name="token-new"),
    path("me/security/tokens/<slug:key>/revoke/", views.token_revoke, name="token-revoke"),
    path("desk/requests/", staff_security.request_list, name="request-list"),
    path("desk/requests/<int:pk>/", staff_security.request_detail, name="request"),
    path("desk/accounts/", staff_security.account_list, name="account-list"),
    path("desk/accounts/<int:pk>/", staff_security.account, name="account"),
    path("desk/accounts/<int:pk>/unlock/", staff_security.account_unlock, name="account-unlock"),
    path("desk/accounts/<int:pk>/code/", staff_security.issue_code, name="issue-code"),
    path(
        "desk/accounts/<int:pk>/sessions/", staff_security.account_end_sessions,
        name="account-end-sessions",
    ),
    path(
        "desk/accounts/<int:pk>/two-step/", staff_security.account_reset_two_step,
        name="account-reset-two-step",
    ),
    path("desk/roles/", staff_security.grant_list, name="grant-list"),
    path("desk/roles/new/", staff_security.grant_new, name="grant-new"),
    path("desk/roles/<int:pk>/end/", staff_security.grant_end, name="grant-end"),
]  # fmt: skip
