from django.urls import path
from portal.views import home
app_name = "people"
urlpatterns = [path('tmp/figure-list/', home, name='figure-list'),path('tmp/me/', home, name='me'),path('tmp/security/', home, name='security'),path('tmp/roster/', home, name='roster'),path('tmp/unit-list/', home, name='unit-list'),path('tmp/honor-list/', home, name='honor-list'),path('tmp/request-list/', home, name='request-list'),path('tmp/grant-list/', home, name='grant-list'),path('tmp/account-list/', home, name='account-list'),]
