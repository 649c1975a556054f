"""A tree whose subtree is one indexed comparison, on SQLite and on PostgreSQL alike.

Each node stores its path: the eight-digit keys of its ancestors and itself, one after another. All
characters are digits, so every collation orders paths the same way, and the subtree of a node is
the half-open range from its path to that path plus one.
"""

from typing import TypeVar

from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.db.models import F, Q, Value
from django.db.models.functions import Concat, Substr
from django.utils.translation import gettext_lazy as _

STEP = 8
MAX_DEPTH = 10

Node = TypeVar("Node", bound="TreeNode")


def after(path: str) -> str:
    """The first path that lies behind the whole subtree of ``path``."""
    return f"{int(path) + 1:0{len(path)}d}"


def within(field: str, path: str) -> Q:
    """A filter: the path in ``field`` is ``path`` or lies below it."""
    return Q(**{f"{field}__gte": path, f"{field}__lt": after(path)})


def covers(path: str, other: str) -> bool:
    """Whether ``other`` is ``path`` or lies below it."""
    return other.startswith(path)


class TreeNode(models.Model):
    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="children",
        verbose_name=_("belongs to"),
    )  # fmt: skip
    path = models.CharField(max_length=STEP * MAX_DEPTH, unique=True, editable=False, null=True)  # noqa: DJ001 -- NULL until planted, and unique

    class Meta:
        abstract = True

    @property
    def depth(self) -> int:
        """How many nodes lie above this one."""
        return len(self.path or "") // STEP - 1

    def ancestor_keys(self) -> list[int]:
        """Keys from the root down to this node itself."""
        path = self.path or ""
        return [int(path[i : i + STEP]) for i in range(0, len(path), STEP)]

    def plant(self) -> None:
        """Save a new node, or a node whose parent changed, and bring all paths below in line.

        Raises ValidationError when the new parent lies below the node itself (a cycle) or the
        tree would become deeper than ten levels.
        """
        with transaction.atomic():
            self._plant()

    def _plant(self) -> None:
        manager = type(self)._default_manager
        rows = manager.select_for_update()
        above: int | None = getattr(self, "parent_id", None)
        parent = rows.get(pk=above) if above else None
        old = None
        if self.pk:
            old = rows.get(pk=self.pk).path
            if parent and covers(str(old), str(parent.path)):
                raise ValidationError(
                    {"parent": _("A unit cannot belong to itself or to a unit below it.")}
                )
        self.save()
        new = f"{parent.path if parent else ''}{self.pk:0{STEP}d}"
        if new == old:
            return
        below = manager.filter(within("path", old)) if old else manager.filter(pk=self.pk)
        deepest = max((len(p or "") for p in below.values_list("path", flat=True)), default=0)
        if deepest - len(old or "") + len(new) > STEP * MAX_DEPTH:
            raise ValidationError({"parent": _("A tree can be at most ten levels deep.")})
        if old:
            below.update(path=Concat(Value(new), Substr(F("path"), len(old) + 1)))
        else:
            below.update(path=new)
        self.path = new
