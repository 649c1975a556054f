"""What belongs to the API as a whole: its schema, its documentation, and who I am."""

from django.urls import path
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView

from people.api import Me
from portal import schema  # noqa: F401 -- drf-spectacular learns of our classes on import

urlpatterns = [
    path("schema/", SpectacularAPIView.as_view(), name="api-schema"),
    path(
        "docs/",
        SpectacularSwaggerSplitView.as_view(
            url_name="api-schema", template_name="portal/api_docs.html"
        ),
        name="api-docs",
    ),
    path("me/", Me.as_view(), name="api-me"),
]
