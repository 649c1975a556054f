"""The units robots belong to. Units live one floor up, so a grant's own unit leads to them."""

from typing import Any, Protocol

from django.db import models

from kit.trees import STEP, TreeNode, within
from notices.models import ROBOT_ROLES


class UnitGrant(Protocol):
    role: str
    unit: TreeNode

    @property
    def path(self) -> str: ...


class UnitHolder(Protocol):
    @property
    def current_grants(self) -> list[UnitGrant]: ...


def scope_choices(user: UnitHolder) -> list[tuple[str, str]]:
    """(path, name) of every unit in which the person may look after robots, as a tree."""
    grants = [grant for grant in user.current_grants if grant.role in ROBOT_ROLES]
    if not grants:
        return []
    mine = models.Q(pk__in=())
    for grant in grants:
        mine |= within("path", grant.path)
    units = _units(grants[0]).filter(mine, closed_on=None).order_by("path")
    top = min(len(grant.path) for grant in grants)
    return [
        (str(unit.path), "\u3000" * ((len(str(unit.path)) - top) // STEP) + str(unit))
        for unit in units
    ]


def _units(grant: UnitGrant) -> Any:
    return type(grant.unit)._default_manager


def scope_names(user: UnitHolder, paths: set[str]) -> dict[str, str]:
    """The names of the units at these paths; one query."""
    grants = user.current_grants
    if not (grants and paths):
        return {}
    units = _units(grants[0]).filter(path__in=paths)
    return {str(unit.path): str(unit) for unit in units}
