"""The request behind the login wall."""

from typing import TYPE_CHECKING

from django.http import HttpRequest
from django_htmx.middleware import HtmxDetails

from people.models import User


class Request(HttpRequest):
    """A request of a signed-in person, with django-htmx's details."""

    if TYPE_CHECKING:
        user: User
        htmx: HtmxDetails
