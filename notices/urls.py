from django.urls import path
from portal.views import home
app_name = "notices"
urlpatterns = [path('tmp/inbox/', home, name='inbox'),path('tmp/robot-list/', home, name='robot-list'),]
