from django.urls import path

from notices import staff, views

app_name = "notices"
urlpatterns = [
    path("me/messages/", views.inbox, name="inbox"),
    path("me/messages/read/", views.read_all, name="read-all"),
    path("me/messages/settings/", views.settings, name="settings"),
    path("me/messages/<int:pk>/", views.open_notice, name="open"),
    path("desk/robots/", staff.robot_list, name="robot-list"),
    path("desk/robots/new/", staff.robot_new, name="robot-new"),
    path("desk/robots/<int:pk>/", staff.robot_edit, name="robot"),
    path("desk/robots/<int:pk>/switch/", staff.robot_switch, name="robot-switch"),
    path("desk/robots/<int:pk>/test/", staff.robot_test, name="robot-test"),
]
