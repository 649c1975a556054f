"""What somebody typed when his session was over: kept in the session until he is back.

Only fields of our own forms are kept, never passwords, codes or files, and for an hour at most.
"""

import datetime as dt
import re
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from django.http import HttpRequest
from django.utils import timezone

from people.models import User

SESSION_KEY = "kept_form"
LARGEST = 64 * 1024
CODE_WORD = re.compile(r"^[a-z_]*$")
KEPT_FOR = dt.timedelta(hours=1)
FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")
SECRET_NAMES = ("password", "csrfmiddlewaretoken", "code", "secret", "token")


@dataclass(frozen=True)
class Kept:
    path: str
    fields: list[tuple[str, str]]

    @property
    def shown(self) -> list[str]:
        """What the person typed; the codes behind chosen options say nothing to him."""
        return [value for _name, value in self.fields if not CODE_WORD.match(value.strip())]


def _may_be_kept(request: HttpRequest) -> bool:
    if request.method != "POST" or request.path.startswith(("/api/", "/account/")):
        return False
    try:
        size = int(request.META.get("CONTENT_LENGTH") or 0)
    except ValueError:
        return False
    return request.content_type in FORMS and 0 < size <= LARGEST and not request.FILES


def keep(request: HttpRequest, *, owner_pk: int | None) -> bool:
    """Keep the form of this request; False when it is none, too large, or carries a file."""
    if not _may_be_kept(request):
        return False
    fields = [
        (name, value)
        for name, values in request.POST.lists()
        if not any(secret in name.lower() for secret in SECRET_NAMES)
        for value in values
    ]
    if not fields:
        return False
    request.session[SESSION_KEY] = {
        "path": request.get_full_path(),
        "fields": fields,
        "owner": owner_pk,
        "at": timezone.now().timestamp(),
    }
    return True


def peek(request: HttpRequest) -> Kept | None:
    """What is kept and still fresh."""
    data: dict[str, Any] | None = request.session.get(SESSION_KEY)
    if not data:
        return None
    if timezone.now().timestamp() - data["at"] > KEPT_FOR.total_seconds():
        drop(request)
        return None
    return Kept(data["path"], [(name, value) for name, value in data["fields"]])


def belongs_to(request: HttpRequest, person: User) -> None:
    """Somebody signed in: what another person typed is not shown to him."""
    data = request.session.get(SESSION_KEY)
    if data and data["owner"] not in (None, person.pk):
        drop(request)


def drop(request: HttpRequest) -> None:
    request.session.pop(SESSION_KEY, None)


def page_of(request: HttpRequest) -> str:
    """The page the person was on, to come back to: this one, or the one that asked for it."""
    if request.method in ("GET", "HEAD") and not request.headers.get("HX-Request"):
        return request.get_full_path()
    came_from = urlsplit(
        request.headers.get("HX-Current-URL") or request.headers.get("Referer", "")
    )
    if came_from.netloc != request.get_host():
        return "/"
    return f"{came_from.path}?{came_from.query}" if came_from.query else came_from.path
