from django.urls import path
from portal.views import home
app_name = "journal"
urlpatterns = [path('tmp/audit/', home, name='audit'),path('tmp/job-list/', home, name='job-list'),]
