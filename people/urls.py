from people.urls_desk import urlpatterns as desk
from people.urls_own import urlpatterns as own

app_name = "people"
urlpatterns = [*own, *desk]
