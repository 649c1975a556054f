"""The request behind the login wall, as far as this floor may know it."""

from typing import TYPE_CHECKING, Any

from django.http import HttpRequest


class Request(HttpRequest):
    """A request of a signed-in person; who that is, is decided one floor up."""

    if TYPE_CHECKING:
        user: Any
