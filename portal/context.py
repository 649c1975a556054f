"""What every page needs around its own content: navigation, unread badge, language, type size."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest

from people.models import User
from portal.navigation import desk_items, main_items


def chrome(request: HttpRequest) -> dict[str, Any]:
    """Lazily: a fragment or an error page that draws no chrome asks nothing of the database."""
    there = getattr(request, "user", None)
    user = there if isinstance(there, User) else None
    large = getattr(user, "large_type", False) or request.COOKIES.get("type") == "large"
    return {
        "SITE_NAME": settings.SITE_NAME,
        "DEMO": settings.DEMO,
        "large_type": large,
        "main_items": (lambda: main_items(request)) if user else [],
        "desk_items": (lambda: desk_items(request)) if user else [],
        "unread": (lambda: _unread(user)) if user else 0,
    }


def _unread(user: User) -> int:
    from notices.models import Notice  # noqa: PLC0415 -- settings load before the models

    count: int = Notice.objects.unread_count(user)
    return count
