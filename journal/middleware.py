"""Remember from where a request comes, for the audit log (等保: date, time, user, type, success)."""

import ipaddress
from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from journal.events import address


def address_of(request: HttpRequest) -> str | None:
    """The caller's address; X-Forwarded-For counts only as far as our own proxies wrote it.

    TRUSTED_PROXIES tells how many proxies stand before us: the caller is that many steps from
    the right end of the header. Everything further left was written by the caller himself.
    """
    hops = [part.strip() for part in request.headers.get("X-Forwarded-For", "").split(",")]
    depth: int = settings.TRUSTED_PROXIES
    candidate = hops[-depth] if 0 < depth <= len(hops) else request.META.get("REMOTE_ADDR", "")
    try:
        return str(ipaddress.ip_address(candidate))
    except ValueError:
        return None


class AddressMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        token = address.set(address_of(request))
        try:
            return self.get_response(request)
        finally:
            address.reset(token)
