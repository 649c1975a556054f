import datetime as dt
from collections.abc import Iterable
from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from kit.fields import EncryptedField
from kit.pinyin import name_syllables
from kit.search import matching, terms_of
from kit.text import mask, tidy
from kit.trees import covers, within
from people.models.units import Unit
from people.states import DESK_ROLES, ROSTER_ROLES, Employment, Rank, Role, Sex

if TYPE_CHECKING:
    from people.models.grants import Grant

EMPLOYEE_NO = RegexValidator(
    r"^[0-9A-Za-z][0-9A-Za-z._-]{0,31}$",
    _("An employee number has letters, digits, dots or hyphens, 32 at most."),
)
NAME = RegexValidator(
    r"^[^\W\d_]+(?:[·. '-][^\W\d_]+)*[0-9]{0,4}$",
    _("A name has letters or Chinese characters; a middle dot · may stand between them."),
)


class UserQuerySet(models.QuerySet["User"]):
    def on_roll(self) -> "UserQuerySet":
        """People who work here now."""
        return self.filter(is_active=True)

    def under(self, unit: Unit) -> "UserQuerySet":
        """People of the unit's subtree, in whichever tree the unit stands."""
        field = "unit__path" if unit.tree == "org" else "union_unit__path"
        return self.filter(within(field, str(unit.path)))

    def visible_to(self, user: "User") -> "UserQuerySet":
        """Oneself, one's own team as its leader, and the roster of one's grants."""
        mine = Q(pk=user.pk)
        for grant in user.current_grants:
            if grant.role in (*ROSTER_ROLES, Role.TEAM_LEADER, Role.SECADMIN):
                field = "unit__path" if grant.tree == "org" else "union_unit__path"
                mine |= within(field, grant.path)
        return self.filter(mine)

    def matching(self, query: str) -> "UserQuerySet":
        """By name, pinyin, initials or employee number."""
        return matching(self, query)

    def for_list(self) -> "UserQuerySet":
        return self.select_related("unit", "union_unit")


class UserManager(BaseUserManager["User"].from_queryset(UserQuerySet)):  # type: ignore[misc]
    def create_user(self, employee_no: str, password: str | None = None, **fields: Any) -> "User":
        user: User = self.model(employee_no=employee_no, **fields)
        user.set_password(password)
        user.save()
        return user

    def get_by_natural_key(self, username: str | None) -> "User":
        """Sign-in takes the number as people type it: full-width digits, any case."""
        return self.get(employee_no__iexact=tidy(username or ""))  # type: ignore[no-any-return]


class User(AbstractBaseUser):
    """A person. He signs in by employee number; the name is one field (HANDBOOK U02, U13)."""

    employee_no = models.CharField(
        _("employee number"), max_length=32, unique=True, validators=[EMPLOYEE_NO],
        error_messages={"unique": _("This employee number is already taken.")},
    )  # fmt: skip
    name = models.CharField(_("name"), max_length=60, validators=[NAME])
    search_terms = models.TextField(default="", editable=False)
    # syllables and then the name itself: by this a list of names is sorted as in a dictionary
    pinyin = models.CharField(max_length=200, default="", editable=False)
    unit = models.ForeignKey(
        Unit, models.PROTECT, null=True, blank=True, related_name="people", verbose_name=_("unit")
    )
    union_unit = models.ForeignKey(
        Unit, models.PROTECT, null=True, blank=True, related_name="members",
        verbose_name=_("union unit"),
    )  # fmt: skip
    phone = EncryptedField(_("phone"), blank=True, default="")
    email = models.EmailField(_("e-mail"), blank=True, default="")
    sex = models.CharField(_("sex"), max_length=1, choices=Sex, blank=True, default="")
    # the first day of the month of birth: the roster gives no day and we need none
    born_in = models.DateField(_("month of birth"), null=True, blank=True)
    hired_on = models.DateField(_("hired on"), null=True, blank=True)
    employment = models.CharField(
        _("form of employment"), max_length=10, choices=Employment, blank=True, default=""
    )
    is_frontline = models.BooleanField(_("front line"), null=True, blank=True)
    # trade and rank as the roster states them; proof of skill is kept one floor up
    trade = models.CharField(_("trade"), max_length=40, blank=True, default="")
    rank = models.PositiveSmallIntegerField(_("skill rank"), choices=Rank, null=True, blank=True)

    is_active = models.BooleanField(default=True)
    left_on = models.DateField(_("left on"), null=True, blank=True)
    must_change_password = models.BooleanField(default=False)
    password_changed_at = models.DateTimeField(null=True, blank=True)
    language = models.CharField(max_length=10, blank=True, default="")
    large_type = models.BooleanField(default=False)
    created_at = models.DateTimeField(default=timezone.now)

    objects: ClassVar[UserManager] = UserManager()

    USERNAME_FIELD = "employee_no"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name"]

    class Meta:
        verbose_name = _("person")
        verbose_name_plural = _("people")
        default_permissions = ()
        constraints = [
            models.CheckConstraint(
                condition=Q(rank=None) | Q(rank__range=(1, 8)), name="user_rank_of_eight"
            ),
            models.CheckConstraint(
                condition=Q(left_on=None) | Q(is_active=False), name="user_who_left_is_inactive"
            ),
        ]
        indexes = [
            models.Index(fields=["unit", "employee_no"], name="user_unit"),
            models.Index(fields=["union_unit", "employee_no"], name="user_union_unit"),
            models.Index(fields=["pinyin", "employee_no"], name="user_pinyin"),
            models.Index(fields=["hired_on", "employee_no"], name="user_hired_on"),
            models.Index(fields=["trade"], name="user_trade"),
        ]

    def __str__(self) -> str:
        return self.name

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.refresh_terms()
        fields: Iterable[str] | None = kwargs.get("update_fields")
        if fields is not None and {"name", "employee_no"} & set(fields):
            kwargs["update_fields"] = {*fields, "search_terms", "pinyin"}
        super().save(*args, **kwargs)

    def refresh_terms(self) -> None:
        """Bring search terms and pinyin in line; whoever writes rows in bulk calls this himself."""
        syllables = name_syllables(self.name)
        self.search_terms = terms_of(self.name, self.employee_no, sounds=syllables)
        self.pinyin = " ".join([*syllables, self.name.lower()])[:200]

    @property
    def phone_masked(self) -> str:
        return mask(self.phone) if self.phone else ""

    @property
    def initial(self) -> str:
        """One character for the tile: of the trade, else of the name."""
        return (self.trade or self.name)[:1]

    @property
    def journal_scope(self) -> str:
        return self.unit.path or "" if self.unit else ""

    # ---- grants -------------------------------------------------------------------------------

    @cached_property
    def current_grants(self) -> list["Grant"]:
        """The grants in force today, fetched once for this object."""
        today = timezone.localdate()
        return list(self.grants.in_force(today).select_related("unit"))

    def has_role(self, *roles: str) -> bool:
        return any(grant.role in roles for grant in self.current_grants)

    def holds(self, *roles: str, over: Unit | None) -> bool:
        """Whether one of these roles covers the unit. Nothing covers no unit at all."""
        if over is None:
            return False
        return any(
            grant.role in roles and covers(grant.path, str(over.path))
            for grant in self.current_grants
        )

    def holds_over(self, person: "User", *roles: str) -> bool:
        """Whether one of these roles covers the person, through either tree."""
        return self.holds(*roles, over=person.unit) or self.holds(*roles, over=person.union_unit)

    @property
    def is_desk(self) -> bool:
        """Works at the desk: sees the side bar and signs in in two steps."""
        return self.has_role(*DESK_ROLES)

    def age(self, today: dt.date) -> int | None:
        """Full years by month of birth."""
        if self.born_in is None:
            return None
        return today.year - self.born_in.year - (today.month < self.born_in.month)
