from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from people.models.units import Unit
from people.states import PlacementKind

if TYPE_CHECKING:
    from people.models.users import User


class Post(models.Model):
    """A post (岗位) as an enterprise names it."""

    root = models.ForeignKey(Unit, models.PROTECT, related_name="posts")
    name = models.CharField(_("post"), max_length=60)

    class Meta:
        verbose_name = _("post")
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["root", "name"], name="post_once_per_enterprise")
        ]

    def __str__(self) -> str:
        return self.name


class PlacementQuerySet(models.QuerySet["Placement"]):
    def current(self) -> "PlacementQuerySet":
        return self.filter(ends_on=None)

    def of(self, person: "User") -> "PlacementQuerySet":
        return self.filter(person=person)

    def for_list(self) -> "PlacementQuerySet":
        return self.select_related("unit", "post").order_by("-starts_on", "-pk")


class Placement(models.Model):
    """Where a person stands and as what, from one day on (轮岗、调岗 …)."""

    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="placements")
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="placements")
    post = models.ForeignKey(Post, models.PROTECT, null=True, related_name="placements")
    kind = models.CharField(_("kind"), max_length=20, choices=PlacementKind)
    starts_on = models.DateField(_("from"))
    ends_on = models.DateField(_("until"), null=True)
    handled_by = models.CharField(_("handled by"), max_length=60, blank=True)

    objects = PlacementQuerySet.as_manager()

    class Meta:
        verbose_name = _("placement")
        default_permissions = ()
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=PlacementKind.values), name="placement_kind_known"
            ),
            models.CheckConstraint(
                condition=Q(ends_on=None) | Q(ends_on__gte=F("starts_on")),
                name="placement_ends_after_start",
            ),
            models.UniqueConstraint(
                fields=["person"], condition=Q(ends_on=None), name="placement_one_current"
            ),
        ]
        indexes = [models.Index(fields=["person", "-starts_on"], name="placement_person")]

    def __str__(self) -> str:
        return f"{self.person} · {self.post or self.unit}"

    @property
    def journal_scope(self) -> str:
        return self.unit.path or ""
