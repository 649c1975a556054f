"""Notices, their deliveries, people's settings, and the robots of groups."""

import datetime as dt

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from kit.fields import EncryptedField
from kit.trees import STEP, within
from notices.kinds import find_kind
from notices.states import QUIET_FROM, QUIET_UNTIL, Channel, DeliveryState, Vendor

ROBOT_ROLES = ("union_officer", "sysadmin")
# a sending row this old belongs to a dead worker
CLAIM = dt.timedelta(minutes=5)


class NoticeQuerySet(models.QuerySet["Notice"]):
    def visible_to(self, user: models.Model) -> "NoticeQuerySet":
        """A message is its reader's alone."""
        return self.filter(user_id=user.pk)

    def unread(self) -> "NoticeQuerySet":
        return self.filter(read_at=None)

    def unread_count(self, user: models.Model) -> int:
        return self.visible_to(user).unread().count()

    def for_list(self) -> "NoticeQuerySet":
        return self.order_by("-created_at", "-pk")


class Notice(models.Model):
    """One row of a person's inbox, in that person's language.

    The unique key is the promise that nobody is told the same twice: it is written before
    anything is sent.
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="notices")
    kind = models.CharField(max_length=60)
    key = models.CharField(max_length=200)
    title = models.CharField(max_length=200)
    body = models.TextField(blank=True)
    url = models.CharField(max_length=500, blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    read_at = models.DateTimeField(null=True, blank=True)

    objects = NoticeQuerySet.as_manager()

    class Meta:
        verbose_name = _("message")
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["user", "kind", "key"], name="notice_once_per_key")
        ]
        indexes = [
            models.Index(fields=["user", "-created_at", "-id"], name="notice_inbox"),
            models.Index(
                fields=["user", "-created_at", "-id"], name="notice_unread",
                condition=Q(read_at=None),
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.title

    @property
    def kind_label(self) -> str | Promise:
        kind = find_kind(self.kind)
        return kind.label if kind else ""


class Preference(models.Model):
    """A person's own choice for one kind and way; without a row the kind's default holds."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    kind = models.CharField(max_length=60)
    channel = models.CharField(max_length=10, choices=Channel)
    enabled = models.BooleanField()

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["user", "kind", "channel"], name="preference_once"),
            models.CheckConstraint(
                condition=Q(channel__in=Channel.values), name="preference_channel_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} {self.kind} {self.channel}"


class QuietHours(models.Model):
    """When a person wants no e-mail; without a row 21:30 to 07:00. Over midnight as one stretch."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="quiet_hours"
    )
    enabled = models.BooleanField(_("Quiet hours"), default=True)
    starts_at = models.TimeField(_("from"), default=QUIET_FROM)
    ends_at = models.TimeField(_("until"), default=QUIET_UNTIL)

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.starts_at:%H:%M}–{self.ends_at:%H:%M}"


class RobotQuerySet(models.QuerySet["Robot"]):
    def visible_to(self, user: models.Model) -> "RobotQuerySet":
        """The robots of units within the grants of an officer or system administrator."""
        mine = Q(pk__in=())
        for grant in getattr(user, "current_grants", ()):
            if grant.role in ROBOT_ROLES:
                mine |= within("scope", grant.path)
        return self.filter(mine)

    def active(self) -> "RobotQuerySet":
        return self.filter(active=True)

    def covering(self, path: str) -> "RobotQuerySet":
        """Robots of the unit of ``path`` and of all units above it."""
        ends = range(STEP, len(path) + 1, STEP)
        return self.filter(scope__in=[path[:end] for end in ends])

    def for_list(self) -> "RobotQuerySet":
        return self.order_by("-active", "scope", "name", "pk")


class Robot(models.Model):
    """A robot in a group chat of a unit. Whoever knows its address can write to the group."""

    name = models.CharField(_("name of the group"), max_length=60)
    vendor = models.CharField(_("messenger"), max_length=10, choices=Vendor)
    webhook = EncryptedField(_("webhook address"))
    secret = EncryptedField(_("signing secret"), blank=True, default="")
    # path of the unit it belongs to; units live one floor up
    scope = models.CharField(max_length=80)
    # slugs of the kinds it is told; none means all that may be told to groups
    kinds = models.JSONField(default=list, blank=True)
    active = models.BooleanField(default=True)
    # the vendor asked us to be silent until then
    blocked_until = models.DateTimeField(null=True, blank=True)
    last_sent_at = models.DateTimeField(null=True, blank=True)
    # of the last attempt; empty when it went well
    last_error = models.CharField(max_length=300, blank=True)
    created_at = models.DateTimeField(default=timezone.now)

    objects = RobotQuerySet.as_manager()

    class Meta:
        verbose_name = _("group robot")
        default_permissions = ()
        constraints = [
            models.CheckConstraint(
                condition=Q(vendor__in=Vendor.values), name="robot_vendor_known"
            ),
            models.UniqueConstraint(
                fields=["scope", "name"], name="robot_name_once",
                violation_error_message=_("This unit already has a robot of this name."),
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.name

    @property
    def journal_scope(self) -> str:
        return self.scope

    def hears(self, slug: str) -> bool:
        return not self.kinds or slug in self.kinds


class RobotCall(models.Model):
    """One message posted by a robot: by these rows all workers together keep the vendor's limits."""

    robot = models.ForeignKey(Robot, models.CASCADE, related_name="calls")
    at = models.DateTimeField()

    class Meta:
        default_permissions = ()
        indexes = [models.Index(fields=["robot", "-at"], name="robotcall_recent")]

    def __str__(self) -> str:
        return f"{self.robot_id} {self.at:%H:%M:%S}"


class DeliveryQuerySet(models.QuerySet["Delivery"]):
    def due(self, now: dt.datetime) -> "DeliveryQuerySet":
        """What may go out now and was not handed to a worker within the last two minutes."""
        resend = now - dt.timedelta(minutes=2)
        waiting = self.filter(state=DeliveryState.SCHEDULED, due_at__lte=now)
        return waiting.filter(Q(queued_at=None) | Q(queued_at__lte=resend))

    def abandoned(self, now: dt.datetime) -> "DeliveryQuerySet":
        """Claimed by a worker that has not come back."""
        return self.filter(state=DeliveryState.SENDING, claimed_at__lt=now - CLAIM)

    def overdue(self, now: dt.datetime) -> "DeliveryQuerySet":
        """Later than a working sweep would leave them: for the system page."""
        late = now - dt.timedelta(minutes=5)
        return self.filter(
            Q(state=DeliveryState.SCHEDULED, due_at__lt=late)
            | Q(state=DeliveryState.SENDING, claimed_at__lt=late - CLAIM)
        )


class Delivery(models.Model):
    """One notice going out one way. Written with the notice, sent by the sweep.

    Sending is at least once: a worker killed between the post office and our row sends again. An
    e-mail then carries the same Message-ID, by which mail programs fold the two into one.
    """

    notice = models.ForeignKey(Notice, models.CASCADE, related_name="deliveries")
    channel = models.CharField(max_length=10, choices=Channel)
    robot = models.ForeignKey(Robot, models.CASCADE, null=True, related_name="deliveries")
    state = models.CharField(max_length=12, choices=DeliveryState, default=DeliveryState.SCHEDULED)
    # the line for a group, in the portal's language; an e-mail takes the notice's own words
    text = models.CharField(max_length=200, blank=True)
    due_at = models.DateTimeField()
    queued_at = models.DateTimeField(null=True)
    claimed_at = models.DateTimeField(null=True)
    # of the worker's pass that claimed it: only that pass may finish it
    claim = models.UUIDField(null=True)
    # the mail it went into: a repeated attempt sends the same mail under the same Message-ID
    bundle = models.UUIDField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    last_error = models.CharField(max_length=300, blank=True)
    sent_at = models.DateTimeField(null=True)

    objects = DeliveryQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=DeliveryState.values), name="delivery_state_known"
            ),
            models.CheckConstraint(
                condition=Q(channel=Channel.EMAIL, robot=None)
                | Q(channel=Channel.ROBOT, robot__isnull=False),
                name="delivery_robot_for_groups",
            ),
            models.UniqueConstraint(
                fields=["notice", "channel"], condition=Q(robot=None), name="delivery_once"
            ),
            models.UniqueConstraint(
                fields=["notice", "robot"],
                condition=Q(robot__isnull=False),
                name="delivery_once_per_robot",
            ),
        ]
        indexes = [
            models.Index(
                fields=["due_at"], name="delivery_waiting",
                condition=Q(state=DeliveryState.SCHEDULED),
            ),
            models.Index(
                fields=["claimed_at"], name="delivery_claimed",
                condition=Q(state=DeliveryState.SENDING),
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"#{self.pk} {self.channel}"
