"""What sign-in has to remember: failures, old passwords, one-time codes."""

import datetime as dt

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class SignInFailure(models.Model):
    """Failed sign-ins of one employee number, whether or not such a person exists (等保)."""

    employee_no = models.CharField(max_length=32, unique=True)
    count = models.PositiveSmallIntegerField(default=0)
    last_at = models.DateTimeField(default=timezone.now)
    locked_until = models.DateTimeField(null=True)

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.employee_no}: {self.count}"


class PasswordMemory(models.Model):
    """Hashes of passwords a person had, so that the last few are not taken again."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="password_memory"
    )
    password = models.CharField(max_length=128)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        default_permissions = ()
        indexes = [models.Index(fields=["user", "-at"], name="password_memory_user")]

    def __str__(self) -> str:
        return f"{self.user_id} {self.at:%Y-%m-%d}"


class ResetCodeQuerySet(models.QuerySet["ResetCode"]):
    def usable(self, now: dt.datetime) -> "ResetCodeQuerySet":
        return self.filter(used_at=None, expires_at__gt=now)


class ResetCode(models.Model):
    """A one-time code that staff hand over in person; only its hash is kept."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="reset_codes")
    digest = models.CharField(max_length=128)
    issued_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    issued_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)
    tries = models.PositiveSmallIntegerField(default=0)

    objects = ResetCodeQuerySet.as_manager()

    class Meta:
        verbose_name = _("reset code")
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["user"], condition=Q(used_at=None), name="reset_code_one_open"
            )
        ]

    def __str__(self) -> str:
        return f"{self.user_id} {self.issued_at:%Y-%m-%d %H:%M}"
