"""What union and HR staff import about people: roster, placements, honors (HANDBOOK §6)."""

import contextlib
import datetime as dt
import difflib
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.db import models, transaction
from django.db.models.functions import Upper
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from exchange.kinds import Checker, Column, Finding, ImportKind, Problem, declare
from exchange.models import Batch, Row
from exchange.states import Verdict
from journal.events import record
from kit.trees import covers, within
from people.models import Honor, Placement, Post, Unit, User
from people.models.users import EMPLOYEE_NO, NAME
from people.rosters import retire_import, take_back_leaving
from people.states import (
    Employment,
    HonorLevel,
    HonorState,
    PlacementKind,
    Rank,
    Role,
    Sex,
    Tree,
    UnitLevel,
)

Values = Mapping[str, str]
KEEPERS = (Role.UNION_OFFICER, Role.HR_OFFICER)
DIGITS = str.maketrans("0123456789", "〇一二三四五六七八九")
OLDEST = dt.date(1930, 1, 1)


def scopes_of(user: User, *roles: str) -> list[str]:
    """Paths of the organization units over which one of the roles stands."""
    return [
        grant.path
        for grant in user.current_grants
        if grant.role in roles and grant.tree == Tree.ORGANIZATION
    ]


# ---- cells ----------------------------------------------------------------------------------

_DATE = re.compile(r"^(\d{4})[-/.年](\d{1,2})(?:[-/.月](\d{1,2})日?)?月?(?: .*)?$")


def read_date(text: str, *, month: bool = False) -> dt.date | None:
    """2024-3-1, 2024/3/1, 2024.3.1, 2024年3月1日, 20240301 or a serial number; None if none of them.

    With ``month`` a day may be missing, and the first of the month is meant.
    """
    if re.fullmatch(r"(19|20)\d{6}", text):
        text = f"{text[:4]}-{text[4:6]}-{text[6:]}"
    elif month and re.fullmatch(r"(19|20)\d{4}", text):
        text = f"{text[:4]}-{text[4:]}"
    elif re.fullmatch(r"\d{5}(\.0+)?", text):  # a serial number that lost its format
        return dt.date(1899, 12, 30) + dt.timedelta(days=int(float(text)))
    found = _DATE.match(text)
    if not found or not (found[3] or month):
        return None
    try:
        day = dt.date(int(found[1]), int(found[2]), int(found[3] or 1))
    except ValueError:
        return None
    return day.replace(day=1) if month else day


def read_phone(text: str) -> tuple[str, str]:
    """The number and, when it is none, what is wrong with it."""
    digits = re.sub(r"[\s\-()]", "", text).removeprefix("+86")
    if not digits:
        return "", ""
    if not digits.isdigit():
        return "", _("A phone number has digits only.")
    if re.fullmatch(r"1\d{10}|0\d{9,11}", digits):
        return digits, ""
    if digits.startswith("1"):
        short = 11 - len(digits)
        if short > 0:
            return "", _("Only {n} digits; {short} missing.").format(n=len(digits), short=short)
        if short < 0:
            return "", _("{n} digits; {more} too many.").format(n=len(digits), more=-short)
    return "", _("A mobile number has 11 digits and begins with 1; others begin with 0.")


SEXES = {"男": Sex.MALE, "女": Sex.FEMALE}
YES_NO = {"是": True, "否": False, "√": True, "y": True, "n": False, "yes": True, "no": False}
EMPLOYMENTS = {
    "劳动合同": Employment.CONTRACT, "合同工": Employment.CONTRACT, "合同": Employment.CONTRACT,
    "正式": Employment.CONTRACT, "正式工": Employment.CONTRACT, "劳务派遣": Employment.DISPATCH,
    "派遣": Employment.DISPATCH, "派遣工": Employment.DISPATCH, "外包": Employment.OUTSOURCED,
    "劳务外包": Employment.OUTSOURCED, "实习": Employment.INTERN, "实习生": Employment.INTERN,
    "其他": Employment.OTHER,
}  # fmt: skip
# names of the eight ranks and of the certificates, which count downwards (HANDBOOK R1)
RANKS = {
    "学徒工": Rank.APPRENTICE, "学徒": Rank.APPRENTICE,
    "初级工": Rank.JUNIOR, "初级": Rank.JUNIOR, "五级": Rank.JUNIOR, "五级工": Rank.JUNIOR,
    "中级工": Rank.INTERMEDIATE, "中级": Rank.INTERMEDIATE, "四级": Rank.INTERMEDIATE,
    "四级工": Rank.INTERMEDIATE,
    "高级工": Rank.SENIOR, "高级": Rank.SENIOR, "三级": Rank.SENIOR, "三级工": Rank.SENIOR,
    "技师": Rank.TECHNICIAN, "二级": Rank.TECHNICIAN, "二级技师": Rank.TECHNICIAN,
    "高级技师": Rank.SENIOR_TECHNICIAN, "一级": Rank.SENIOR_TECHNICIAN,
    "特级技师": Rank.SPECIAL_TECHNICIAN, "首席技师": Rank.CHIEF_TECHNICIAN,
}  # fmt: skip


def read_rank(text: str) -> Rank | None:
    """高级工, 三级, 三级/高级工, 高级工(三级): the name decides."""
    parts = [part for part in re.split(r"[/()、 ]", text) if part]
    known = [RANKS[part] for part in parts if part in RANKS]
    return known[0] if known and len(set(known)) == 1 else None


def nearest(text: str, names: Sequence[str]) -> str:
    """The known name that was probably meant, also where 2 stands for 二; empty if none."""
    chinese = {name.translate(DIGITS).replace(" ", ""): name for name in names}
    wanted = text.translate(DIGITS).replace(" ", "")
    if wanted in chinese:
        return chinese[wanted]
    close = difflib.get_close_matches(wanted, chinese, n=1, cutoff=0.6)
    return chinese[close[0]] if close else ""


def unknown(column: str, text: str, names: Sequence[str]) -> Problem:
    """There is no such thing; did you mean …?"""
    guess = nearest(text, names)
    if guess:
        words = _("“{text}” is not known. Did you mean “{guess}”?")
        return Problem(column, words.format(text=text, guess=guess), guess)
    listed = _(", ").join(list(dict.fromkeys(names))[:6])
    return Problem(
        column, _("“{text}” is not known. Known are: {names}.").format(text=text, names=listed)
    )


def people_by_number(people: "models.QuerySet[User]", numbers: Iterable[str]) -> dict[str, User]:
    """The people of these numbers by ``folded`` number: a0417 and A0417 are one person's.

    Sign-in makes no difference either; digits alone are found by the index.
    """
    wanted = {folded(number) for number in numbers if number}
    letters = {number for number in wanted if not number.isdigit()}
    found = list(people.filter(employee_no__in=wanted - letters))
    if letters:
        found += people.alias(folded_no=Upper("employee_no")).filter(folded_no__in=letters)
    return {folded(person.employee_no): person for person in found}


def folded(number: str) -> str:
    return number.upper()


# ---- units ----------------------------------------------------------------------------------


class Units:
    """The open units of one scope, found by the names a roster gives."""

    def __init__(self, scope: str, tree: Tree) -> None:
        rows = Unit.objects.active().filter(tree=tree).filter(within("path", scope))
        self.by_name: dict[str, list[Unit]] = {}
        self.by_pk: dict[int, Unit] = {}
        for unit in rows.order_by("path"):
            self.add(unit)

    def add(self, unit: Unit) -> None:
        self.by_pk[unit.pk] = unit
        self.by_name.setdefault(unit.name, []).append(unit)

    def find(self, name: str, *, below: Unit | None) -> list[Unit]:
        found = self.by_name.get(name, [])
        if below is None:
            return found
        return [unit for unit in found if unit.pk != below.pk and below.includes(unit)]

    def names_below(self, below: Unit | None) -> list[str]:
        if below is None:
            return list(self.by_name)
        return [u.name for u in self.by_pk.values() if u.pk != below.pk and below.includes(u)]


PLACES = (("unit", None), ("workshop", UnitLevel.WORKSHOP), ("team", UnitLevel.TEAM))
NEW_UNITS = "new_units"


def find_place(
    units: Units, values: Values, finding: Finding, *, may_add: bool
) -> tuple[Unit | None, list[tuple[UnitLevel, str]]]:
    """The unit the row names by 单位, 车间, 班组, and the units to add below it, if allowed."""
    place: Unit | None = None
    new: list[tuple[UnitLevel, str]] = []
    for key, level in PLACES:
        name = values.get(key, "")
        if not name or (place and name == place.name):
            continue
        if new and level:
            new.append((level, name))
            continue
        found = units.find(name, below=place)
        if len(found) == 1 or (found and place is None and _one_top(found)):
            place = found[0]
        elif found:
            words = _("Several units are called “{name}”. Name the unit above it as well.")
            finding.problems.append(Problem(key, words.format(name=name)))
            return None, []
        elif level and place and may_add:
            new.append((level, name))
        else:
            finding.problems.append(unknown(key, name, units.names_below(place)))
            return None, []
    return place, new


def _one_top(found: list[Unit]) -> bool:
    """Of units of one name the highest is meant when it contains the others."""
    return all(found[0].includes(unit) for unit in found)


# ---- roster ---------------------------------------------------------------------------------

FIELDS = {
    "name": "name", "employment": "employment", "frontline": "is_frontline", "sex": "sex",
    "born": "born_in", "hired": "hired_on", "trade": "trade", "rank": "rank", "phone": "phone",
}  # fmt: skip


class RosterChecker(Checker):
    def __init__(self, batch: Batch) -> None:
        super().__init__(batch)
        self.units = Units(batch.scope, Tree.ORGANIZATION)
        roots = batch.scope[:8]
        unions = Unit.objects.unions().active().filter(parent=None)
        own = User.objects.filter(within("unit__path", roots)).exclude(union_unit=None)
        top = own.values_list("union_unit__path", flat=True).order_by("pk").first()
        self.union_scope = (top or "")[:8]
        if not self.union_scope and unions.count() == 1:
            self.union_scope = str(unions.get().path)
        self.unions = Units(self.union_scope, Tree.UNION) if self.union_scope else None
        self.may_add = bool(batch.options.get(NEW_UNITS))
        self.given = set(batch.mapping)
        self.open_ones: dict[int, Placement] = {}

    # -- check

    def check(self, rows: Sequence[Values]) -> list[Finding]:
        known = self._known(rows)
        return [self._finding(row, known.get(folded(row.get("number", "")))) for row in rows]

    def _known(self, rows: Sequence[Values], *, lock: bool = False) -> dict[str, User]:
        """The people of these rows by number; their open placements are kept at hand."""
        people = User.objects.select_related("unit", "union_unit")
        if lock:
            people = people.select_for_update(of=("self",)).order_by("pk")
        known = people_by_number(people, [row.get("number", "") for row in rows])
        open_ones = Placement.objects.current().filter(
            person__in=[person.pk for person in known.values()]
        )
        self.open_ones = {p.person_id: p for p in open_ones.select_related("post")}
        return known

    def _finding(self, row: Values, person: User | None) -> Finding:
        finding = Finding(Verdict.NEW)
        fields, place, new = self.read(row, finding)
        if person and not self._ours(person):
            words = _("This number belongs to somebody outside your units.")
            finding.problems.append(Problem("number", words))
        if not row.get("trade") and "trade" in self.given and not (person and person.trade):
            finding.warnings.append(Problem("trade", _("No trade; shown as “not stated”.")))
        if finding.problems:
            finding.verdict = Verdict.BAD
        elif person:
            changed = self.changes(person, fields, place, new)
            moves = self._moves(person, row, changed)
            finding.verdict = Verdict.UPDATE if changed or moves else Verdict.SAME
            if changed and not person.is_active:
                finding.warnings.append(
                    Problem(
                        "number",
                        _("Left on {day}; will be on the roll again.").format(day=person.left_on),
                    )
                )
        return finding

    def _ours(self, person: User) -> bool:
        if person.unit is None:
            return False
        return covers(self.batch.scope, str(person.unit.path))

    def read(
        self, row: Values, finding: Finding
    ) -> tuple[dict[str, Any], Unit | None, list[tuple[UnitLevel, str]]]:
        """The fields the row states, and its place. Problems are added to the finding."""
        fields: dict[str, Any] = {}
        self._who(row, finding, fields)
        self._choices(row, finding, fields)
        self._days(row, finding, fields)
        if row.get("phone"):
            phone, wrong = read_phone(row["phone"])
            if wrong:
                finding.problems.append(Problem("phone", wrong))
            fields["phone"] = phone
        if row.get("trade"):
            fields["trade"] = row["trade"][:40]
        place: Unit | None = None
        new: list[tuple[UnitLevel, str]] = []
        if row.get("unit"):
            place, new = find_place(self.units, row, finding, may_add=self.may_add)
        else:
            finding.problems.append(Problem("unit", _("Write the unit.")))
        if row.get("union") and self.unions:
            found = self.unions.find(row["union"], below=None)
            if len(found) == 1:
                fields["union_unit"] = found[0]
            else:
                guess = nearest(row["union"], list(self.unions.by_name))
                finding.warnings.append(
                    Problem("union", _("This union unit is not known and is left out."), guess)
                )
        return fields, place, new

    def _who(self, row: Values, finding: Finding, fields: dict[str, Any]) -> None:
        number, name = row.get("number", ""), row.get("name", "")
        if not number:
            finding.problems.append(Problem("number", _("Write the employee number.")))
        elif not re.fullmatch(EMPLOYEE_NO.regex, number):
            finding.problems.append(Problem("number", str(EMPLOYEE_NO.message)))
        if not name:
            finding.problems.append(Problem("name", _("Write the name.")))
        elif not re.fullmatch(NAME.regex, name) or len(name) > 60:
            finding.problems.append(Problem("name", str(NAME.message)))
        fields["name"] = name

    def _choices(self, row: Values, finding: Finding, fields: dict[str, Any]) -> None:
        for key, known in (
            ("sex", SEXES), ("frontline", YES_NO), ("employment", EMPLOYMENTS),
        ):  # fmt: skip
            text = row.get(key, "").lower()
            if not text:
                continue
            if text in known:
                fields[FIELDS[key]] = known[text]
            else:
                finding.problems.append(unknown(key, text, list(known)))
        text = row.get("rank", "")
        if text and text not in ("无", "-", "—"):
            rank = read_rank(text)
            if rank is None:
                finding.problems.append(unknown("rank", text, list(RANKS)))
            fields["rank"] = rank

    def _days(self, row: Values, finding: Finding, fields: dict[str, Any]) -> None:
        today = timezone.localdate()
        for key, month, latest in (
            ("born", True, today - dt.timedelta(days=15 * 365)),
            ("hired", False, today + dt.timedelta(days=366)),
        ):
            text = row.get(key, "")
            if not text:
                continue
            day = read_date(text, month=month)
            if day is None:
                example = "1990-05" if month else "2024-03-01"
                words = _("This is no date. Write it like {example}.").format(example=example)
                finding.problems.append(Problem(key, words))
            elif not OLDEST <= day <= latest:
                finding.problems.append(Problem(key, _("Check the year of this date.")))
            fields[FIELDS[key]] = day

    def changes(
        self, person: User, fields: Mapping[str, Any], place: Unit | None, new: Sequence[Any]
    ) -> dict[str, Any]:
        """What the row changes: an empty cell changes nothing."""
        changed = {name: v for name, v in fields.items() if getattr(person, name) != v}
        if new or (place and person.unit_id != place.pk):
            changed["unit"] = place
        if not person.is_active:
            changed["is_active"] = True
        return changed

    def _moves(self, person: User, row: Values, changed: Mapping[str, Any]) -> bool:
        """Whether a placement begins: another unit, another post, or back on the roll."""
        now = self.open_ones.get(person.pk)
        if now and now.starts_on > timezone.localdate():
            return False  # what is planned already is not overruled by today's roster
        post = row.get("post", "")[:60]
        other_post = bool(post) and (now is None or now.post is None or now.post.name != post)
        return "unit" in changed or other_post or ("is_active" in changed and now is None)

    # -- apply

    def apply(self, rows: Sequence[Row], by: User) -> None:
        values = [row.values for row in rows]
        known = self._known(values, lock=True)
        posts = self._posts(values)
        fresh: list[tuple[Row, User, Values]] = []
        edited: list[tuple[Row, User, Values, dict[str, Any]]] = []
        for row, cells in zip(rows, values, strict=True):
            finding = Finding(Verdict.NEW)
            fields, place, new = self.read(cells, finding)
            person = known.get(folded(cells["number"]))
            if finding.problems or (person and not self._ours(person)):
                continue  # the world changed since the check; nothing is done by force
            place, planted = self._planted(place, new, by)
            if planted:
                row.before = {"planted": planted}
            if person is None:
                made = User(
                    employee_no=cells["number"], must_change_password=True, unit=place, **fields
                )
                made.set_unusable_password()
                made.refresh_terms()
                fresh.append((row, made, cells))
            else:
                changed = self.changes(person, fields, place, ())
                row.target_id = person.pk
                edited.append((row, person, cells, changed))
        self._create(fresh, posts)
        self._edit(edited, posts)

    def _planted(
        self, place: Unit | None, new: Sequence[tuple[UnitLevel, str]], by: User
    ) -> tuple[Unit | None, list[int]]:
        """The unit the row stands in, and the keys of those that had to be added for it."""
        planted = []
        for level, name in new:
            there = self.units.find(name, below=place)
            if there:
                place = there[0]
                continue
            unit = Unit(tree=Tree.ORGANIZATION, level=level, name=name[:80], parent=place)
            unit.plant()
            record("people.unit_added", unit, actor=by)
            self.units.add(unit)
            planted.append(unit.pk)
            place = unit
        return place, planted

    def _posts(self, values: Sequence[Values]) -> dict[str, Post]:
        root = int(self.batch.scope[:8])
        names = {v["post"][:60] for v in values if v.get("post")}
        Post.objects.bulk_create(
            [Post(root_id=root, name=name) for name in sorted(names)], ignore_conflicts=True
        )
        return {post.name: post for post in Post.objects.filter(root_id=root, name__in=names)}

    def _create(self, fresh: Sequence[tuple[Row, User, Values]], posts: Mapping[str, Post]) -> None:
        User.objects.bulk_create([person for _row, person, _cells in fresh], batch_size=500)
        placements = []
        for row, person, cells in fresh:
            row.target_id, row.before = person.pk, {**row.before, "new": True}
            if person.unit_id:
                placements.append(
                    Placement(
                        person=person, unit_id=person.unit_id, kind=PlacementKind.ONBOARDING,
                        post=posts.get(cells.get("post", "")[:60]),
                        starts_on=person.hired_on or timezone.localdate(),
                    )
                )  # fmt: skip
        Placement.objects.bulk_create(placements, batch_size=500)

    def _edit(
        self,
        edited: Sequence[tuple[Row, User, Values, dict[str, Any]]],
        posts: Mapping[str, Post],
    ) -> None:
        names: set[str] = set()
        moved: list[tuple[Row, User, Values]] = []
        for row, person, cells, changed in edited:
            if "is_active" in changed:
                changed["left_on"] = None
            row.before = {
                **row.before,
                "fields": {name: _plain(getattr(person, name)) for name in changed},
                "after": {name: _plain(value) for name, value in changed.items()},
            }
            moves = self._moves(person, cells, changed)
            for name, value in changed.items():
                setattr(person, name, value)
            if moves:
                moved.append((row, person, cells))
            person.refresh_terms()
            names.update(changed)
        if names & {"name"}:
            names |= {"search_terms", "pinyin"}
        if names:
            User.objects.bulk_update(
                [person for _row, person, _cells, _changed in edited], sorted(names), batch_size=200
            )
        self._move(moved, posts)

    def _move(self, moved: Sequence[tuple[Row, User, Values]], posts: Mapping[str, Post]) -> None:
        today = timezone.localdate()
        ended: list[Placement] = []
        begun: list[tuple[Row, Placement]] = []
        for row, person, cells in moved:
            if person.unit is None:  # a roster row always names a unit
                continue
            now = self.open_ones.get(person.pk)
            post = posts.get(cells.get("post", "")[:60]) or (now.post if now else None)
            if now:
                row.before = {**row.before, "placement": [now.pk, now.unit_id, now.post_id]}
                ended.append(now)
            if now and now.starts_on == today:
                now.unit, now.post = person.unit, post
                continue
            if now:
                now.ends_on = today - dt.timedelta(days=1)
            made = Placement(
                person=person, unit=person.unit, kind=PlacementKind.TRANSFER, post=post,
                starts_on=today,
            )  # fmt: skip
            begun.append((row, made))
        Placement.objects.bulk_update(ended, ["ends_on", "unit", "post"], batch_size=200)
        Placement.objects.bulk_create([made for _row, made in begun], batch_size=500)
        for row, made in begun:
            row.before = {**row.before, "begun": made.pk}

    # -- undo

    def undo(self, rows: Sequence[Row], by: User) -> int:
        people = {
            person.pk: person
            for person in User.objects.select_for_update().filter(
                pk__in=[row.target_id for row in rows]
            )
        }
        kept = 0
        edited: list[User] = []
        names: set[str] = set()
        gone: list[User] = []
        for row in rows:
            person = people.get(row.target_id or 0)
            before = row.before
            if person is None or not before:
                continue
            if before.get("left"):
                kept += not take_back_leaving(person, before["left"], by=by)
                continue
            if before.get("new"):
                gone.append(person)
                continue
            stays = False
            for name, value in before["fields"].items():
                field = _field(name)
                if _plain(getattr(person, field.attname)) != before["after"][name]:
                    stays = True
                    continue
                setattr(person, field.attname, field.to_python(value))
                names.add(name)
            if "unit" not in before["fields"] or person.unit_id == before["fields"]["unit"]:
                stays |= not _move_back(before)
            kept += stays
            if person.is_active:  # who is on the roll again by another hand did not leave
                person.left_on = None
            person.refresh_terms()
            edited.append(person)
        if names:
            names |= {"search_terms", "pinyin"} if "name" in names else set()
            User.objects.bulk_update(edited, sorted(names), batch_size=200)
        kept += retire_import(gone, by=by)
        _uproot([pk for row in rows for pk in row.before.get("planted", ())])
        return kept


def _field(name: str) -> "models.Field[Any, Any]":
    field = User._meta.get_field(name)
    assert isinstance(field, models.Field)  # noqa: S101 -- the roster writes columns alone
    return field


def _move_back(before: Mapping[str, Any]) -> bool:
    """End the placement an import began and take up the one it ended; False if placed anew since."""
    begun = before.get("begun")
    if begun and not Placement.objects.current().filter(pk=begun).delete()[0]:
        return False
    if before.get("placement"):
        pk, unit, post = before["placement"]
        # it runs on only if no other has begun since
        person = Placement.objects.filter(pk=pk).values("person")
        open_ones = Placement.objects.current().filter(person__in=person).exclude(pk=pk)
        if not open_ones.exists():
            Placement.objects.filter(pk=pk).update(ends_on=None, unit=unit, post=post)
    return True


def _uproot(pks: Sequence[int]) -> None:
    """Remove units an import added, unless something stands in them by now; the lowest first."""
    for unit in Unit.objects.filter(pk__in=pks).order_by("-path"):
        with contextlib.suppress(models.ProtectedError), transaction.atomic():
            unit.delete()


def _plain(value: Any) -> Any:
    """A field's value as JSON keeps it."""
    if isinstance(value, Unit):
        return value.pk
    if isinstance(value, dt.date):
        return value.isoformat()
    return json.loads(json.dumps(value))


class Roster(ImportKind):
    slug = "roster"
    label = gettext_lazy("Roster (职工花名册)")
    explanation = gettext_lazy(
        "Who works here, where and as what. New people, changes, and who left."
    )
    columns = (
        Column("number", "工号", required=True, aliases=("职工号", "员工编号", "员工号"), example="00417", note=gettext_lazy("as text, so that leading zeros stay")),
        Column("name", "姓名", required=True, example="学员417"),
        Column("unit", "单位", required=True, aliases=("部门", "所属单位"), example="第一工厂"),
        Column("workshop", "车间", example="总装一车间"),
        Column("team", "班组", example="1班"),
        Column("post", "岗位", aliases=("岗位名称",), example="总装操作工"),
        Column("employment", "用工形式", choices=("劳动合同", "劳务派遣", "外包", "实习", "其他"), example="劳动合同"),
        Column("frontline", "一线", aliases=("是否一线", "一线职工"), choices=("是", "否"), example="是"),
        Column("sex", "性别", choices=("男", "女"), example="女"),
        Column("born", "出生年月", aliases=("出生日期",), example="1990-05"),
        Column("hired", "入职日期", aliases=("入职时间", "进厂日期"), example="2018-07-01"),
        Column("trade", "工种", example="装配钳工"),
        Column("rank", "技能等级", aliases=("等级",), choices=("学徒工", "初级工", "中级工", "高级工", "技师", "高级技师", "特级技师", "首席技师"), example="中级工"),
        Column("union", "工会组织", aliases=("工会小组",), example="总装一车间1班工会小组"),
        Column("phone", "手机", aliases=("手机号", "手机号码", "联系电话"), example="13800138000"),
    )  # fmt: skip
    switches = ((NEW_UNITS, gettext_lazy("Add workshops and teams that are not known yet")),)
    missing_page = "people:roster-missing"

    def scopes(self, user: User) -> list[str]:
        return scopes_of(user, *KEEPERS)

    def key(self, values: Values) -> str:
        return folded(values.get("number", ""))

    def open(self, batch: Batch) -> RosterChecker:
        return RosterChecker(batch)


# ---- placements -----------------------------------------------------------------------------

KINDS = {
    "入职": PlacementKind.ONBOARDING, "轮岗": PlacementKind.ROTATION, "调岗": PlacementKind.TRANSFER,
    "转岗": PlacementKind.TRANSFER, "业务服务": PlacementKind.BUSINESS_SERVICE,
    "晋级": PlacementKind.LEVEL_UP,
}  # fmt: skip


class PlacementChecker(Checker):
    def __init__(self, batch: Batch) -> None:
        super().__init__(batch)
        self.units = Units(batch.scope, Tree.ORGANIZATION)

    def _known(self, numbers: Sequence[str]) -> dict[str, tuple[User, Placement | None]]:
        own = User.objects.filter(within("unit__path", self.batch.scope)).select_related("unit")
        people = people_by_number(own, numbers)
        now = {
            p.person_id: p
            for p in Placement.objects.current()
            .filter(person__in=[person.pk for person in people.values()])
            .select_related("post")
        }
        return {number: (person, now.get(person.pk)) for number, person in people.items()}

    def check(self, rows: Sequence[Values]) -> list[Finding]:
        known = self._known([row.get("number", "") for row in rows])
        return [self.read(row, known.get(folded(row.get("number", ""))))[0] for row in rows]

    def read(
        self, row: Values, known: tuple[User, Placement | None] | None
    ) -> tuple[Finding, PlacementKind | None, dt.date | None, Unit | None]:
        finding = Finding(Verdict.NEW)
        problems = finding.problems
        kind, day = KINDS.get(row.get("kind", "")), read_date(row.get("day", ""))
        if known is None:
            words = _("Nobody in your units has this number.")
            problems.append(
                Problem("number", words if row.get("number") else _("Write the employee number."))
            )
        if kind is None:
            problems.append(unknown("kind", row.get("kind", ""), list(KINDS)))
        if not row.get("post"):
            problems.append(Problem("post", _("Write the new post.")))
        today = timezone.localdate()
        if day is None:
            words = _("This is no date. Write it like {example}.").format(example="2026-11-01")
            problems.append(Problem("day", words))
        elif not OLDEST <= day <= today + dt.timedelta(days=366):
            problems.append(Problem("day", _("Check the year of this date.")))
        place = known[0].unit if known else None
        if any(row.get(key) for key, _level in PLACES):
            place, _new = find_place(self.units, row, finding, may_add=False)
        now = known[1] if known else None
        if now and day and not problems:
            same = (
                now.starts_on == day and now.kind == kind and now.post is not None
                and now.post.name == row["post"][:60] and place is not None and now.unit_id == place.pk
            )  # fmt: skip
            if same:
                finding.verdict = Verdict.SAME
            elif day <= now.starts_on:
                words = _("The present placement began on {day}; the new one must begin later.")
                problems.append(Problem("day", words.format(day=now.starts_on)))
            elif row.get("old") and now.post and row["old"] != now.post.name:
                words = _("The roster says “{post}”.").format(post=now.post.name)
                finding.warnings.append(Problem("old", words))
        if problems:
            finding.verdict = Verdict.BAD
        return finding, kind, day, place

    def apply(self, rows: Sequence[Row], by: User) -> None:
        known = self._known([row.values.get("number", "") for row in rows])
        root = int(self.batch.scope[:8])
        for row in rows:
            cells = row.values
            number = folded(cells.get("number", ""))
            entry = known.get(number)
            finding, kind, day, place = self.read(cells, entry)
            if finding.verdict != Verdict.NEW or not (entry and kind and day and place):
                continue
            person, now = entry
            row.before = {"unit": person.unit_id, "closed": now.pk if now else None}
            if now:
                Placement.objects.filter(pk=now.pk).update(ends_on=day - dt.timedelta(days=1))
            post = Post.objects.get_or_create(root_id=root, name=cells["post"][:60])[0]
            made = Placement.objects.create(
                person=person, unit=place, post=post, kind=kind, starts_on=day,
                handled_by=cells.get("by", "")[:60],
            )  # fmt: skip
            row.target_id = made.pk
            # from a day to come on: people.rosters.take_up moves the person on that day
            if person.unit_id != place.pk and day <= timezone.localdate():
                User.objects.filter(pk=person.pk).update(unit=place)
                person.unit = place
            known[number] = (person, made)
            record(
                "people.placement_changed", made, actor=by, post=post.name,
                on=day.isoformat(), kind=str(kind), person=person.pk,
            )  # fmt: skip

    def undo(self, rows: Sequence[Row], by: User) -> int:
        kept = 0
        for row in rows:
            if row.target_id is None:  # it did nothing
                continue
            made = Placement.objects.current().filter(pk=row.target_id).first()
            if made is None:
                kept += 1
                continue
            before = row.before
            person, pk = made.person_id, made.pk
            Placement.objects.filter(pk=pk).delete()
            if before.get("closed"):
                Placement.objects.filter(pk=before["closed"]).update(ends_on=None)
            User.objects.filter(pk=person, unit=made.unit_id).update(unit=before.get("unit"))
        return kept


class Placements(ImportKind):
    slug = "placements"
    label = gettext_lazy("Placement changes (岗位变动)")
    explanation = gettext_lazy("Who starts, rotates, transfers or rises, and from which day on.")
    columns = (
        Column("number", "工号", required=True, example="00417"),
        Column("kind", "类型", required=True, choices=("入职", "轮岗", "调岗", "业务服务", "晋级"), example="轮岗"),
        Column("old", "原岗位", example="总装操作工"),
        Column("post", "新岗位", required=True, example="焊装操作工"),
        Column("day", "生效日期", required=True, example="2026-12-01"),
        Column("by", "经办", aliases=("经办人",), example="人力资源专员"),
        Column("unit", "新单位", aliases=("单位",), example="第一工厂", note=gettext_lazy("empty when the unit stays")),
        Column("workshop", "新车间", aliases=("车间",), example="焊装车间"),
        Column("team", "新班组", aliases=("班组",), example="1班"),
    )  # fmt: skip

    def scopes(self, user: User) -> list[str]:
        return scopes_of(user, *KEEPERS)

    def key(self, values: Values) -> str:
        number, day = folded(values.get("number", "")), values.get("day", "")
        return f"{number} {read_date(day) or day}" if number else ""

    def open(self, batch: Batch) -> PlacementChecker:
        return PlacementChecker(batch)


# ---- honors ---------------------------------------------------------------------------------

LEVELS = {
    "国家级": HonorLevel.NATIONAL, "全国": HonorLevel.NATIONAL, "省部级": HonorLevel.PROVINCIAL,
    "省级": HonorLevel.PROVINCIAL, "部级": HonorLevel.PROVINCIAL, "市级": HonorLevel.MUNICIPAL,
    "区县级": HonorLevel.DISTRICT, "区级": HonorLevel.DISTRICT, "县级": HonorLevel.DISTRICT,
    "企业级": HonorLevel.COMPANY, "公司级": HonorLevel.COMPANY,
}  # fmt: skip
STATES = {
    "有效": HonorState.AWARDED, "已授予": HonorState.AWARDED, "申报": HonorState.APPLIED,
    "申报中": HonorState.APPLIED, "公示": HonorState.PUBLIC_NOTICE, "公示中": HonorState.PUBLIC_NOTICE,
    "暂停": HonorState.SUSPENDED, "撤销": HonorState.WITHDRAWN,
}  # fmt: skip


LONGEST_TITLE = 120


def read_year(text: str) -> int | None:
    """2022, 2022年, 2022-05-01: the year; None when there is none."""
    digits = re.fullmatch(r"(\d{4})(?:\D.*)?", text)
    return int(digits[1]) if digits else None


class HonorChecker(Checker):
    def _known(
        self, rows: Sequence[Values]
    ) -> tuple[dict[str, User], dict[tuple[Any, ...], Honor]]:
        own = User.objects.filter(within("unit__path", self.batch.scope)).select_related("unit")
        people = people_by_number(own, [row.get("number", "") for row in rows])
        honors = {
            (h.person_id, h.title, h.level, h.year): h
            for h in Honor.objects.filter(person__in=people.values())
        }
        return people, honors

    def check(self, rows: Sequence[Values]) -> list[Finding]:
        people, honors = self._known(rows)
        return [self.read(row, people, honors)[0] for row in rows]

    def read(
        self, row: Values, people: Mapping[str, User], honors: Mapping[tuple[Any, ...], Honor]
    ) -> tuple[Finding, Honor | None, dict[str, Any]]:
        finding = Finding(Verdict.NEW)
        problems = finding.problems
        person = people.get(folded(row.get("number", "")))
        if person is None:
            problems.append(Problem("number", _("Nobody in your units has this number.")))
        elif person.pk == self.batch.owner_id:
            problems.append(Problem("number", _("Nobody enters an honor for himself.")))
        elif row.get("name") != person.name:
            words = _("This number belongs to {name}. Check number and name.")
            problems.append(Problem("name", words.format(name=f"{person.name[:1]}**")))
        if not row.get("title"):
            problems.append(Problem("title", _("Write the title exactly as awarded.")))
        elif len(row["title"]) > LONGEST_TITLE:
            problems.append(Problem("title", _("Shorten the title to 120 characters.")))
        level = LEVELS.get(row.get("level", ""))
        if level is None:
            problems.append(unknown("level", row.get("level", ""), list(LEVELS)))
        year = read_year(row.get("year", ""))
        known_year = year is not None and 1949 <= year <= timezone.localdate().year
        if row.get("year") and not known_year:
            problems.append(Problem("year", _("Write the year with four digits.")))
        state = STATES.get(row.get("state", "") or "有效")
        if state is None:
            problems.append(unknown("state", row.get("state", ""), list(STATES)))
        fields: dict[str, Any] = {
            "body": row.get("body", "")[:120], "certificate_no": row.get("certificate", "")[:60],
            "evidence": row.get("evidence", "")[:200],
        }  # fmt: skip
        there = honors.get((person.pk, row.get("title", ""), level, year)) if person else None
        if problems:
            finding.verdict = Verdict.BAD
        elif there:
            changed = {k: v for k, v in fields.items() if v and getattr(there, k) != v}
            finding.verdict = Verdict.UPDATE if changed else Verdict.SAME
            if there.state != state:
                words = _("In the register it is “{state}”; change that on its own page.")
                finding.warnings.append(
                    Problem("state", words.format(state=there.get_state_display()))
                )
            fields = changed
        else:
            fields |= {
                "person": person, "title": row["title"], "level": level, "year": year,
                "state": state, "unit": person.unit if person else None,
            }  # fmt: skip
        return finding, there, fields

    def apply(self, rows: Sequence[Row], by: User) -> None:
        values = [row.values for row in rows]
        people, honors = self._known(values)
        for row, cells in zip(rows, values, strict=True):
            finding, there, fields = self.read(cells, people, honors)
            if finding.verdict == Verdict.UPDATE and there:
                row.target_id = there.pk
                row.before = {"fields": {name: getattr(there, name) for name in fields}}
                Honor.objects.filter(pk=there.pk).update(**fields)
                record("people.honor_corrected", there, actor=by)
            elif finding.verdict == Verdict.NEW:
                made = Honor.objects.create(**fields)
                honors[made.person_id, made.title, made.level, made.year] = made
                row.target_id, row.before = made.pk, {"new": True, "state": made.state}
                record("people.honor_added", made, actor=by)

    def undo(self, rows: Sequence[Row], by: User) -> int:
        kept = 0
        for row in rows:
            before = row.before
            if row.target_id is None:
                continue
            mine = Honor.objects.filter(pk=row.target_id)
            if before.get("new"):
                # an honor that was decided about since stays
                kept += 0 if mine.filter(state=before["state"]).delete()[0] else 1
            elif before:
                mine.update(**before["fields"])
        return kept


class Honors(ImportKind):
    slug = "honors"
    label = gettext_lazy("Register of honors (劳模名册)")
    explanation = gettext_lazy("Honors of people on the roster, with body, year and certificate.")
    columns = (
        Column("number", "工号", required=True, example="30001"),
        Column("name", "姓名", required=True, example="导师A"),
        Column("title", "荣誉名称", required=True, aliases=("荣誉",), example="市劳动模范"),
        Column("level", "级别", required=True, choices=("国家级", "省部级", "市级", "区县级", "企业级"), example="市级"),
        Column("body", "授予单位", example="市人民政府"),
        Column("year", "年份", aliases=("授予年份",), example="2022"),
        Column("certificate", "证书号", example="2022-0417"),
        Column("evidence", "证明材料", example="表彰决定"),
        Column("state", "状态", choices=("有效", "申报中", "公示中", "暂停", "撤销"), example="有效"),
    )  # fmt: skip

    def scopes(self, user: User) -> list[str]:
        # as on the page of honors: whoever keeps only the roster enters none
        return scopes_of(user, Role.UNION_OFFICER)

    def key(self, values: Values) -> str:
        number, level = folded(values.get("number", "")), values.get("level", "")
        year = values.get("year", "")
        parts = (number, LEVELS.get(level, level), read_year(year) or year, values.get("title", ""))
        return " ".join(str(part) for part in parts) if number else ""

    def open(self, batch: Batch) -> HonorChecker:
        return HonorChecker(batch)


declare(Roster())
declare(Placements())
declare(Honors())
