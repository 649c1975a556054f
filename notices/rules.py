"""Who may look after group robots. Roles are granted one floor up; here they are only names."""

from typing import Protocol

from kit.trees import covers
from notices.models import ROBOT_ROLES, Robot


class Granted(Protocol):
    role: str

    @property
    def path(self) -> str: ...


class Holder(Protocol):
    @property
    def current_grants(self) -> list[Granted]: ...


def may_manage_robots(user: Holder) -> bool:
    return any(grant.role in ROBOT_ROLES for grant in user.current_grants)


def may_manage_robot(user: Holder, robot: Robot) -> bool:
    return may_manage_scope(user, robot.scope)


def may_manage_scope(user: Holder, path: str) -> bool:
    return any(
        grant.role in ROBOT_ROLES and covers(grant.path, path) for grant in user.current_grants
    )
