"""What the API's schema must be told about our own classes."""

from drf_spectacular.authentication import SessionScheme


class OurSessionScheme(SessionScheme):
    """Our sessions are Django's; only the answer to a stranger differs."""

    target_class = "portal.rest.SessionAuthentication"
    name = "cookieAuth"
    priority = 1
