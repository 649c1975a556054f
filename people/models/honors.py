import datetime as dt
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from kit.trees import STEP, within
from people.models.consent import Consent
from people.models.units import Unit
from people.states import ROSTER_ROLES, ConsentKind, HonorLevel, HonorState

if TYPE_CHECKING:
    from people.models.users import User


class Figure(models.Model):
    """A historic model worker who never was on our roll: public facts, each with its source."""

    slug = models.SlugField(unique=True)
    name = models.CharField(_("name"), max_length=60)
    name_en = models.CharField(max_length=80, blank=True)
    epithet = models.CharField(max_length=40, blank=True)
    trade = models.CharField(max_length=40, blank=True)
    lifetime = models.CharField(max_length=40, blank=True)
    # {"quote": {...}, "deeds": [{"zh", "source", "confidence"}], ...} as in the demo data
    facts = models.JSONField(default=dict)
    # how and where it may be shown
    display_rule = models.TextField(blank=True)
    is_demo = models.BooleanField(default=False)

    class Meta:
        verbose_name = _("historic model worker")
        default_permissions = ()

    def __str__(self) -> str:
        return self.name


def _on_display(root: str, today: dt.date) -> Q:
    """Valid honors whose bearer agreed to be shown, and public notices that still run."""
    agreed = Consent.objects.standing().filter(kind=ConsentKind.WALL).values("user")
    valid = Q(state=HonorState.AWARDED, person__is_active=True, person__in=agreed)
    notice = Q(state=HonorState.PUBLIC_NOTICE, notice_ends_on__gte=today)
    return within("unit__path", root) & (valid | notice)


class HonorQuerySet(models.QuerySet["Honor"]):
    def visible_to(self, user: "User") -> "HonorQuerySet":
        """One's own, what is on display in the enterprise, and the whole list for its desk."""
        mine = Q(person=user) | Q(figure__isnull=False)
        if user.unit:
            mine |= _on_display(str(user.unit.path)[:STEP], timezone.localdate())
        for grant in user.current_grants:
            if grant.role in ROSTER_ROLES:
                field = "unit__path" if grant.tree == "org" else "person__union_unit__path"
                mine |= within(field, grant.path)
        return self.filter(mine)

    def on_display(self, root: str, today: dt.date) -> "HonorQuerySet":
        """What everybody of the enterprise with this root path may see today (C04, S25, U11)."""
        return self.filter(_on_display(root, today))

    def valid(self) -> "HonorQuerySet":
        """Awarded and neither suspended nor withdrawn: only these are ever shown as honors."""
        return self.filter(state=HonorState.AWARDED)

    def for_list(self) -> "HonorQuerySet":
        return self.select_related("person__unit", "figure", "unit")


class Honor(models.Model):
    """An honor of a person on the roll or of a historic figure (HANDBOOK R4, S25)."""

    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="honors",
        verbose_name=_("person"),
    )  # fmt: skip
    figure = models.ForeignKey(Figure, models.PROTECT, null=True, related_name="honors")
    # in whose enterprise it is administered; none for historic figures
    unit = models.ForeignKey(Unit, models.PROTECT, null=True, related_name="honors")
    title = models.CharField(_("title"), max_length=120)
    level = models.CharField(_("level"), max_length=12, choices=HonorLevel)
    body = models.CharField(_("awarding body"), max_length=120, blank=True)
    year = models.PositiveSmallIntegerField(_("year"), null=True, blank=True)
    certificate_no = models.CharField(_("certificate number"), max_length=60, blank=True)
    evidence = models.CharField(_("evidence"), max_length=200, blank=True)
    state = models.CharField(
        _("state"), max_length=14, choices=HonorState, default=HonorState.APPLIED
    )
    notice_ends_on = models.DateField(_("public notice until"), null=True, blank=True)

    objects = HonorQuerySet.as_manager()

    class Meta:
        verbose_name = _("honor")
        default_permissions = ()
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=HonorState.values), name="honor_state_known"
            ),
            models.CheckConstraint(
                condition=Q(person=None, figure__isnull=False)
                | Q(person__isnull=False, figure=None),
                name="honor_of_one_holder",
            ),
            # two, for an unknown year is like no other year to a database
            models.UniqueConstraint(
                fields=["person", "title", "level", "year"],
                condition=Q(person__isnull=False),
                name="honor_once_a_year",
                violation_error_message=_("This honor is already in the register."),
            ),
            models.UniqueConstraint(
                fields=["person", "title", "level"],
                condition=Q(person__isnull=False, year=None),
                name="honor_once_without_year",
                violation_error_message=_("This honor is already in the register."),
            ),
        ]
        indexes = [
            models.Index(fields=["unit", "state"], name="honor_unit_state"),
            models.Index(fields=["person", "state"], name="honor_person"),
            models.Index(fields=["-year", "-id"], name="honor_year"),
        ]

    def __str__(self) -> str:
        return f"{self.person or self.figure} · {self.title}"

    @property
    def holder(self) -> "User | Figure":
        return self.person or self.figure  # type: ignore[return-value]  # the constraint says so

    @property
    def journal_scope(self) -> str:
        return self.unit.path or "" if self.unit else ""
