import datetime as dt
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from people.states import ConsentKind, RequestKind, RequestState

if TYPE_CHECKING:
    from people.models.users import User

ANSWER_WITHIN = dt.timedelta(days=15)


class PrivacyNotice(models.Model):
    """One version of what we tell people about their data; a new version is shown again (C02)."""

    version = models.PositiveIntegerField(unique=True)
    text_zh = models.TextField()
    text_en = models.TextField()
    published_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("privacy notice")
        default_permissions = ()

    def __str__(self) -> str:
        return f"v{self.version}"

    @property
    def text(self) -> str:
        return self.text_en if (get_language() or "").startswith("en") else self.text_zh


class ConsentQuerySet(models.QuerySet["Consent"]):
    def standing(self) -> "ConsentQuerySet":
        return self.filter(withdrawn_at=None)

    def allows(self, kind: str) -> Q:
        """For filters elsewhere: the ids of people whose consent of this kind stands."""
        return Q(pk__in=self.standing().filter(kind=kind).values("user"))


class Consent(models.Model):
    """A yes that was given, and when it was taken back. A later yes is a new row."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="consents")
    kind = models.CharField(max_length=20, choices=ConsentKind)
    # which version of the notice was read; 0 for the separate consents
    version = models.PositiveIntegerField(default=0)
    given_at = models.DateTimeField(default=timezone.now)
    withdrawn_at = models.DateTimeField(null=True)

    objects = ConsentQuerySet.as_manager()

    class Meta:
        verbose_name = _("consent")
        default_permissions = ()
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=ConsentKind.values), name="consent_kind_known"
            ),
            models.UniqueConstraint(
                fields=["user", "kind", "version"],
                condition=Q(withdrawn_at=None),
                name="consent_stands_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user} · {self.get_kind_display()}"

    @property
    def journal_scope(self) -> str:
        return self.user.journal_scope


class DataRequestQuerySet(models.QuerySet["DataRequest"]):
    def open(self) -> "DataRequestQuerySet":
        return self.filter(state=RequestState.OPEN)

    def visible_to(self, user: "User") -> "DataRequestQuerySet":
        """One's own, and those of the people one keeps the roster for."""
        people = type(user).objects.visible_to(user) if user.is_desk else [user.pk]
        return self.filter(user__in=people)

    def for_list(self) -> "DataRequestQuerySet":
        return self.select_related("user__unit", "handled_by")


class DataRequest(models.Model):
    """A person asks to have his data corrected or deleted; it is answered with a reason (C08)."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="data_requests")
    kind = models.CharField(_("what is asked"), max_length=12, choices=RequestKind)
    detail = models.TextField(_("which data, and what is right"), max_length=2000)
    state = models.CharField(max_length=12, choices=RequestState, default=RequestState.OPEN)
    created_at = models.DateTimeField(default=timezone.now)
    handled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    handled_at = models.DateTimeField(null=True)
    answer = models.TextField(_("answer"), blank=True, max_length=2000)

    objects = DataRequestQuerySet.as_manager()

    class Meta:
        verbose_name = _("data request")
        default_permissions = ()
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=RequestState.values), name="data_request_state_known"
            ),
            models.CheckConstraint(
                condition=~Q(state=RequestState.REFUSED) | ~Q(answer=""),
                name="data_request_refused_with_reason",
            ),
        ]
        indexes = [models.Index(fields=["state", "created_at"], name="data_request_state")]

    def __str__(self) -> str:
        return f"{self.user} · {self.get_kind_display()}"

    @property
    def due_on(self) -> dt.date:
        return timezone.localdate(self.created_at + ANSWER_WITHIN)

    @property
    def journal_scope(self) -> str:
        return self.user.journal_scope
