from typing import TYPE_CHECKING

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from kit.trees import TreeNode, covers, within
from people.states import Tree, UnitLevel

if TYPE_CHECKING:
    from people.models.users import User


class UnitQuerySet(models.QuerySet["Unit"]):
    def organizations(self) -> "UnitQuerySet":
        return self.filter(tree=Tree.ORGANIZATION)

    def unions(self) -> "UnitQuerySet":
        return self.filter(tree=Tree.UNION)

    def active(self) -> "UnitQuerySet":
        return self.filter(closed_on=None)

    def under(self, unit: "Unit") -> "UnitQuerySet":
        """The unit itself and everything below it."""
        return self.filter(within("path", str(unit.path)))

    def visible_to(self, user: "User") -> "UnitQuerySet":
        """The units of a person's grants and below, and those he himself stands in."""
        mine = Q()
        for grant in user.current_grants:
            mine |= within("path", grant.path)
        own = [key for unit in (user.unit, user.union_unit) if unit for key in unit.ancestor_keys()]
        return self.filter(mine | Q(pk__in=own)) if mine else self.filter(pk__in=own)

    def for_list(self) -> "UnitQuerySet":
        return self.select_related("parent").order_by("path")


class Unit(TreeNode):
    """A unit of the organization or of the trade union; each root is an enterprise of its own."""

    tree = models.CharField(_("tree"), max_length=5, choices=Tree)
    level = models.CharField(_("level"), max_length=12, choices=UnitLevel)
    name = models.CharField(_("name"), max_length=80)
    closed_on = models.DateField(_("closed on"), null=True, blank=True)

    objects = UnitQuerySet.as_manager()

    class Meta:
        verbose_name = _("unit")
        verbose_name_plural = _("units")
        default_permissions = ()
        constraints = [
            models.CheckConstraint(condition=Q(tree__in=Tree.values), name="unit_tree_known"),
            models.CheckConstraint(
                condition=Q(level__in=UnitLevel.values), name="unit_level_known"
            ),
            models.CheckConstraint(
                condition=Q(parent=None) | ~Q(parent=F("pk")), name="unit_not_its_own_parent"
            ),
            models.UniqueConstraint(
                fields=["parent", "tree", "name"],
                condition=Q(closed_on=None),
                name="unit_name_once_per_parent",
                violation_error_message=_("There is already a unit of this name here."),
            ),
        ]
        indexes = [models.Index(fields=["tree", "path"], name="unit_tree_path")]

    def __str__(self) -> str:
        return self.name

    @property
    def journal_scope(self) -> str:
        return self.path or ""

    def includes(self, other: "Unit") -> bool:
        return covers(str(self.path), str(other.path))

    def full_name(self) -> str:
        """The names from the root down, for one unit at a time (one query)."""
        names = dict(Unit.objects.filter(pk__in=self.ancestor_keys()).values_list("pk", "name"))
        return " / ".join(names[key] for key in self.ancestor_keys() if key in names)
