import datetime as dt
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from kit.trees import within
from people.models.units import Unit
from people.states import ADMIN_POSTS, Role

if TYPE_CHECKING:
    from people.models.users import User


class GrantQuerySet(models.QuerySet["Grant"]):
    def in_force(self, today: dt.date) -> "GrantQuerySet":
        return self.filter(Q(ends_on=None) | Q(ends_on__gte=today), starts_on__lte=today)

    def running(self, today: dt.date) -> "GrantQuerySet":
        """In force now or from a later day on."""
        return self.filter(Q(ends_on=None) | Q(ends_on__gte=today))

    def administered_by(self, user: "User") -> "GrantQuerySet":
        """The grants over the units whose security administrator the person is."""
        mine = Q(pk__in=())
        for grant in user.current_grants:
            if grant.role == Role.SECADMIN:
                mine |= within("unit__path", grant.path)
        return self.filter(mine)

    def for_list(self) -> "GrantQuerySet":
        return self.select_related("user__unit", "unit", "granted_by")


class Grant(models.Model):
    """A role of one person over one unit and everything below it, for a stretch of time."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="grants", verbose_name=_("person")
    )
    role = models.CharField(_("role"), max_length=20, choices=Role)
    unit = models.ForeignKey(
        Unit, models.PROTECT, related_name="grants", verbose_name=_("unit and all below")
    )
    starts_on = models.DateField(_("from"), default=timezone.localdate)
    ends_on = models.DateField(_("until"), null=True, blank=True)
    granted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )

    objects = GrantQuerySet.as_manager()

    class Meta:
        verbose_name = _("grant")
        default_permissions = ()
        constraints = [
            models.CheckConstraint(condition=Q(role__in=Role.values), name="grant_role_known"),
            models.CheckConstraint(
                condition=Q(ends_on=None) | Q(ends_on__gte=F("starts_on") - dt.timedelta(days=1)),
                name="grant_ends_after_start",
            ),
            models.UniqueConstraint(
                fields=["user", "role", "unit"],
                condition=Q(ends_on=None),
                name="grant_once",
                violation_error_message=_("This person already has this role here."),
            ),
            # 等保: system, security and audit administrator are three different people
            models.UniqueConstraint(
                fields=["user"],
                condition=Q(role__in=ADMIN_POSTS, ends_on=None),
                name="grant_one_admin_post",
                violation_error_message=_(
                    "One person cannot hold two of the three administrator posts."
                ),
            ),
        ]
        indexes = [models.Index(fields=["user", "starts_on"], name="grant_user")]

    def __str__(self) -> str:
        return f"{self.user} · {self.get_role_display()} · {self.unit}"

    @property
    def is_over(self) -> bool:
        return self.ends_on is not None and self.ends_on < timezone.localdate()

    @property
    def path(self) -> str:
        return self.unit.path or ""

    @property
    def tree(self) -> str:
        return self.unit.tree

    @property
    def journal_scope(self) -> str:
        return self.path
