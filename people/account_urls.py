"""Only those pages of allauth that we use, under the names it asks for."""

from allauth.account import views as account
from allauth.mfa.base import views as mfa
from allauth.mfa.recovery_codes import views as recovery
from allauth.mfa.totp import views as totp
from django.urls import path
from django.views.generic import RedirectView

from people.account import SignIn, code, notice, resume

to_security = RedirectView.as_view(pattern_name="people:security")

urlpatterns = [
    path("login/", SignIn.as_view(), name="account_login"),
    path("logout/", account.logout, name="account_logout"),
    path("inactive/", account.account_inactive, name="account_inactive"),
    path("code/", code, name="account_code"),
    path("notice/", notice, name="account_notice"),
    path("resume/", resume, name="account_resume"),
    path("password/", account.password_change, name="account_change_password"),
    path("again/", account.reauthenticate, name="account_reauthenticate"),
    path("two-step/", to_security, name="mfa_index"),
    path("two-step/code/", mfa.authenticate, name="mfa_authenticate"),
    path("two-step/again/", mfa.reauthenticate, name="mfa_reauthenticate"),
    path("two-step/on/", totp.activate_totp, name="mfa_activate_totp"),
    path("two-step/off/", totp.deactivate_totp, name="mfa_deactivate_totp"),
    path("recovery/", recovery.view_recovery_codes, name="mfa_view_recovery_codes"),
    path("recovery/new/", recovery.generate_recovery_codes, name="mfa_generate_recovery_codes"),
    path("recovery/file/", recovery.download_recovery_codes, name="mfa_download_recovery_codes"),
    path("sessions/", to_security, name="usersessions_list"),
]
