from django.urls import include, path

from portal import views
from portal.api import router

handler400 = "portal.errors.bad_request"
handler403 = "portal.errors.forbidden"
handler404 = "portal.errors.not_found"
handler500 = "portal.errors.broken"

urlpatterns = [
    path("", views.home, name="home"),
    path("desk/", views.desk, name="desk"),
    path("desk/more/", views.desk_more, name="desk-more"),
    path("desk/system/", views.system, name="system"),
    path("search/", views.search, name="search"),
    path("display/", views.display, name="display"),
    path("help/", views.help_page, name="help"),
    path("privacy/", views.privacy, name="privacy"),
    path("accessibility/", views.accessibility, name="accessibility"),
    path("health/", views.health, name="health"),
    path("", include("people.urls")),
    path("", include("journal.urls")),
    path("", include("exchange.urls")),
    path("", include("notices.urls")),
    path("account/", include("people.account_urls")),
    path("api/v1/", include("portal.api_urls")),
    path("api/v1/", include(router.urls)),
]
