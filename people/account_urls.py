from django.urls import path
from portal.views import home
urlpatterns = [path("login/", home, name="account_login"), path("logout/", home, name="account_logout")]
