from django.urls import path
from portal.views import home
app_name = "exchange"
urlpatterns = [path('tmp/choose/', home, name='choose'),]
