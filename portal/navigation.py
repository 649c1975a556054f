"""Where one can go. A place appears here when it exists, and only for those who may enter."""

from collections.abc import Callable
from dataclasses import dataclass

from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from people.models import User
from people.states import ADMIN_POSTS, ROSTER_ROLES, Role

Test = Callable[[User], bool]
# everything lies below these, so they are current on their own page alone
ROOTS = ("/", "/desk/")


@dataclass(frozen=True)
class Place:
    label: str | Promise
    url_name: str
    icon: str
    # URL prefixes that belong to this place, for aria-current
    under: tuple[str, ...]
    may: Test = lambda _user: True
    group: str | Promise = ""
    url_args: tuple[str, ...] = ()


@dataclass(frozen=True)
class Item:
    label: str | Promise
    url: str
    icon: str
    current: bool
    group: str | Promise


MAIN = (
    Place(_("Home"), "home", "home", ("/",)),
    Place(_("Model workers"), "people:figure-list", "star-filled", ("/learn/culture/",)),
    Place(_("Messages"), "notices:inbox", "bell", ("/me/messages/",)),
    Place(_("Me"), "people:me", "user", ("/me/",)),
)


def _roster(user: User) -> bool:
    return user.has_role(*ROSTER_ROLES)


def _roles(*roles: str) -> Test:
    return lambda user: user.has_role(*roles)


PEOPLE = _("People")
SYSTEM = _("System")
DESK = (
    Place(_("Overview"), "desk", "layout-dashboard", ("/desk/",), lambda user: user.is_desk),
    Place(_("Roster"), "people:roster", "users", ("/desk/people/",), _roster, PEOPLE),
    Place(_("Units"), "people:unit-list", "building-factory", ("/desk/units/",), _roster, PEOPLE),
    Place(
        _("Import"), "exchange:choose", "table-import", ("/desk/import/",),
        _roles(Role.UNION_OFFICER, Role.HR_OFFICER), PEOPLE,
    ),
    Place(_("Honors"), "people:honor-list", "medal", ("/desk/honors/",), _roster, PEOPLE),
    Place(
        _("Data requests"), "people:request-list", "clipboard-check", ("/desk/requests/",),
        _roles(Role.UNION_OFFICER, Role.HR_OFFICER), PEOPLE,
    ),
    Place(
        _("Group robots"), "notices:robot-list", "message-circle", ("/desk/robots/",),
        _roles(Role.UNION_OFFICER, Role.SYSADMIN), SYSTEM,
    ),
    Place(
        _("Roles"), "people:grant-list", "lock", ("/desk/roles/",), _roles(Role.SECADMIN), SYSTEM
    ),
    Place(
        _("Sign-in"), "people:account-list", "shield-check", ("/desk/accounts/",),
        _roles(Role.SECADMIN), SYSTEM,
    ),
    Place(
        _("Audit log"), "journal:audit", "history", ("/desk/audit/",),
        _roles(Role.LOGADMIN, Role.AUDITOR), SYSTEM,
    ),
    Place(_("Tasks"), "journal:job-list", "clock", ("/tasks/",), lambda user: user.is_desk, SYSTEM),
    Place(
        _("System state"), "system", "settings", ("/desk/system/",), _roles(*ADMIN_POSTS), SYSTEM
    ),
)  # fmt: skip


def _items(request: HttpRequest, places: tuple[Place, ...]) -> list[Item]:
    user = request.user
    assert isinstance(user, User)  # noqa: S101 -- the caller asked is_authenticated
    here = max(
        (prefix for place in places for prefix in place.under if request.path.startswith(prefix)),
        key=len,
        default="",
    )
    return [
        Item(
            place.label, reverse(place.url_name, args=place.url_args), place.icon,
            here in place.under and (here not in ROOTS or request.path == here), place.group,
        )
        for place in places
        if place.may(user)
    ]  # fmt: skip


def main_items(request: HttpRequest) -> list[Item]:
    return _items(request, MAIN)


def desk_items(request: HttpRequest) -> list[Item]:
    return _items(request, DESK)
