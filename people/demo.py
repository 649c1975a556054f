"""Example people: units, posts, placements, grants and honors by role names (HANDBOOK §5)."""

import datetime as dt

from django.contrib.auth.hashers import make_password
from django.utils import timezone

from people.models import (
    Consent,
    DataRequest,
    Grant,
    Honor,
    Placement,
    Post,
    PrivacyNotice,
    Unit,
    User,
)
from people.states import (
    ConsentKind,
    Employment,
    HonorLevel,
    HonorState,
    PlacementKind,
    Rank,
    RequestKind,
    Role,
    Sex,
    Tree,
    UnitLevel,
)

ROOT = "示范制造集团"
PASSWORD = "laomo-xuetang-2026"  # noqa: S105 -- for the demo alone; production refuses DEMO

FACTORIES = {
    "第一工厂": {"总装一车间": 6, "焊装车间": 4},
    "第二工厂": {"设备部": 4, "制冷车间": 4},
    "第三工厂": {"售后服务中心": 4, "仓储物流部": 2},
}
TRADES = {
    "总装一车间": ("装配钳工", "总装操作工"),
    "焊装车间": ("焊工", "焊装操作工"),
    "设备部": ("电工", "设备维修工"),
    "制冷车间": ("制冷空调系统安装维修工", "制冷装配工"),
    "售后服务中心": ("制冷空调系统安装维修工", "上门服务工程师"),
    "仓储物流部": ("仓储管理员", "物料配送员"),
}

# (employee number, name, role, trade, rank); the first of each role is the one `demo logins` names
STAFF = (
    ("90001", "工会教育干事1", Role.UNION_OFFICER),
    ("90002", "工会主席1", Role.UNION_CHAIR),
    ("90003", "人力资源专员1", Role.HR_OFFICER),
    ("90004", "经审委员1", Role.AUDITOR),
    ("99001", "系统管理员1", Role.SYSADMIN),
    ("99002", "安全管理员1", Role.SECADMIN),
    ("99003", "审计管理员1", Role.LOGADMIN),
)
LOGINS = (
    ("10001", "employee"),
    ("30001", "model-worker mentor"),
    ("90001", "union training officer"),
    ("90003", "HR officer"),
    ("90004", "auditor"),
    ("99002", "security administrator"),
    ("99003", "audit administrator"),
    ("99001", "system administrator"),
)


def is_loaded() -> bool:
    return Unit.objects.filter(name=ROOT, parent=None).exists()


def load() -> None:
    """Add the example enterprise; the caller holds the transaction."""
    today = timezone.localdate()
    root = _plant(Tree.ORGANIZATION, UnitLevel.GROUP, ROOT, None)
    union = _plant(Tree.UNION, UnitLevel.UNION, f"{ROOT}工会", None)
    teams = _teams(root, union)
    posts = {post: Post.objects.create(root=root, name=post) for post in sorted(_post_names())}
    people = _workers(teams) + _faculty(teams) + _leaders(teams) + _staff(root, union)
    for person in people:
        person.refresh_terms()
    User.objects.bulk_create(people, batch_size=200)
    Placement.objects.bulk_create(_placements(people, posts, root), batch_size=500)
    _grants(people, root, union, today)
    _honors(people, root, today)
    _consents(people)
    asker = next(person for person in people if person.employee_no == "10007")
    DataRequest.objects.create(
        user=asker, kind=RequestKind.CORRECTION,
        detail="技能等级写的是初级工，我去年 9 月已经拿到中级工证书，请改一下。",
        created_at=timezone.now() - dt.timedelta(days=6),
    )  # fmt: skip


def _plant(tree: Tree, level: UnitLevel, name: str, parent: Unit | None) -> Unit:
    unit = Unit(tree=tree, level=level, name=name, parent=parent)
    unit.plant()
    return unit


def _teams(root: Unit, union: Unit) -> list[tuple[str, Unit, Unit]]:
    """(workshop, team, union group), 24 teams in three factories."""
    teams = []
    for factory_name, workshops in FACTORIES.items():
        factory = _plant(Tree.ORGANIZATION, UnitLevel.FACTORY, factory_name, root)
        branch = _plant(Tree.UNION, UnitLevel.BRANCH, f"{factory_name}分工会", union)
        for workshop_name, count in workshops.items():
            workshop = _plant(Tree.ORGANIZATION, UnitLevel.WORKSHOP, workshop_name, factory)
            for number in range(1, count + 1):
                team = _plant(Tree.ORGANIZATION, UnitLevel.TEAM, f"{number}班", workshop)
                group = _plant(
                    Tree.UNION, UnitLevel.UNION_GROUP, f"{workshop_name}{number}班工会小组", branch
                )
                teams.append((workshop_name, team, group))
    return teams


def _post_names() -> set[str]:
    return {post for _trade, post in TRADES.values()} | {
        "班组长",
        "高级技能师",
        "培训讲师",
        "管理岗",
    }


def _person(number: str, name: str, unit: Unit, union: Unit, **fields: object) -> User:
    person = User(employee_no=number, name=name, unit=unit, union_unit=union, **fields)
    person.password = _hash()
    person.password_changed_at = timezone.now()
    return person


_hashed: list[str] = []


def _hash() -> str:
    """One hash for all: they share the password, and hashing is slow on purpose."""
    if not _hashed:
        _hashed.append(make_password(PASSWORD))
    return _hashed[0]


def _workers(teams: list[tuple[str, Unit, Unit]]) -> list[User]:
    people = []
    for i in range(1, 121):
        workshop, team, group = teams[(i - 1) % len(teams)]
        people.append(
            _person(
                f"{10000 + i}", f"学员{i:03d}", team, group,
                trade="" if i % 29 == 0 else TRADES[workshop][0],
                rank=Rank((1, 2, 2, 3, 3, 3, 4, 4)[i % 8]),
                sex=Sex.FEMALE if i % 4 == 0 else Sex.MALE,
                born_in=dt.date(1975 + i % 29, 1 + i % 12, 1),
                hired_on=dt.date(2008 + i % 18, 1 + i % 12, 1 + i % 28),
                employment=(Employment.CONTRACT, Employment.CONTRACT, Employment.DISPATCH)[i % 3],
                is_frontline=True,
                phone=f"138{10000000 + i * 7919:08d}" if i % 5 else "",
            )
        )  # fmt: skip
    return people


def _faculty(teams: list[tuple[str, Unit, Unit]]) -> list[User]:
    people = []
    for kind, count, first in (("讲师", 6, 20001), ("导师", 12, 30001)):
        for i in range(count):
            workshop, team, group = teams[(i * 5) % len(teams)]
            people.append(
                _person(
                    str(first + i), f"{kind}{'ABCDEFGHIJKL'[i]}", team, group,
                    trade=TRADES[workshop][0], rank=Rank((5, 6, 5, 7, 6, 8)[i % 6]),
                    sex=Sex.FEMALE if i % 3 == 0 else Sex.MALE, is_frontline=True,
                    employment=Employment.CONTRACT, born_in=dt.date(1968 + i, 1 + i % 12, 1),
                    hired_on=dt.date(1992 + i, 7, 1), phone=f"139{20000000 + i * 6911:08d}",
                )
            )  # fmt: skip
    return people


def _leaders(teams: list[tuple[str, Unit, Unit]]) -> list[User]:
    return [
        _person(
            str(40000 + i), f"班组长{i}", teams[i * 3 - 1][1], teams[i * 3 - 1][2],
            trade=TRADES[teams[i * 3 - 1][0]][0], rank=Rank.TECHNICIAN, is_frontline=True,
            employment=Employment.CONTRACT, hired_on=dt.date(2005, 3, i),
        )
        for i in range(1, 9)
    ]  # fmt: skip


def _staff(root: Unit, union: Unit) -> list[User]:
    return [
        _person(
            number, name, root, union, is_frontline=False, employment=Employment.CONTRACT,
            hired_on=dt.date(2012, 5, 1), phone=f"137{30000000 + int(number):08d}",
        )
        for number, name, _role in STAFF
    ]  # fmt: skip


def _placements(people: list[User], posts: dict[str, Post], root: Unit) -> list[Placement]:
    rows = []
    for i, person in enumerate(people):
        unit = person.unit or root
        workshop = str(unit.parent) if unit.parent else ""
        if person.employee_no >= "90000":
            post = posts["管理岗"]
        elif person.name.startswith("班组长"):
            post = posts["班组长"]
        elif person.name.startswith("讲师"):
            post = posts["培训讲师"]
        elif person.name.startswith("导师"):
            post = posts["高级技能师"]
        else:
            post = posts[TRADES[workshop][1]]
        start = person.hired_on or dt.date(2020, 1, 1)
        if i % 11 == 3 and start < dt.date(2024, 1, 1):
            moved = dt.date(2026, 9, 1 + i % 28)
            rows.append(
                Placement(
                    person=person, unit=unit, post=posts["物料配送员"], starts_on=start,
                    ends_on=moved - dt.timedelta(days=1), kind=PlacementKind.ONBOARDING,
                )
            )  # fmt: skip
            rows.append(
                Placement(
                    person=person, unit=unit, post=post, starts_on=moved,
                    kind=PlacementKind.ROTATION, handled_by="人力资源专员1",
                )
            )  # fmt: skip
        else:
            rows.append(
                Placement(
                    person=person, unit=unit, post=post, starts_on=start,
                    kind=PlacementKind.ONBOARDING,
                )
            )  # fmt: skip
    return rows


def _grants(people: list[User], root: Unit, union: Unit, today: dt.date) -> None:
    by_number = {person.employee_no: person for person in people}
    since = today - dt.timedelta(days=200)
    grants = [
        Grant(user=by_number[number], role=role, unit=root, starts_on=since)
        for number, _name, role in STAFF
    ]
    # the officer keeps the union tree as well
    grants.append(
        Grant(user=by_number["90001"], role=Role.UNION_OFFICER, unit=union, starts_on=since)
    )
    for person in people:
        role = {"讲师": Role.LECTURER, "导师": Role.MENTOR, "班组长": Role.TEAM_LEADER}.get(
            person.name.rstrip("ABCDEFGHIJKL0123456789")
        )
        if role and person.unit:
            grants.append(Grant(user=person, role=role, unit=person.unit, starts_on=since))
    Grant.objects.bulk_create(grants)


def _honors(people: list[User], root: Unit, today: dt.date) -> None:
    """Mentors and lecturers are the model workers of the example; one of each state."""
    by_name = {person.name: person for person in people}
    rows = (
        ("导师A", "市劳动模范", HonorLevel.MUNICIPAL, "市人民政府", 2022, HonorState.AWARDED),
        ("导师B", "公司劳动模范", HonorLevel.COMPANY, f"{ROOT}工会", 2024, HonorState.AWARDED),
        ("导师C", "省五一劳动奖章", HonorLevel.PROVINCIAL, "省总工会", 2021, HonorState.AWARDED),
        ("导师D", "公司工匠", HonorLevel.COMPANY, ROOT, 2025, HonorState.AWARDED),
        ("讲师A", "公司劳动模范", HonorLevel.COMPANY, f"{ROOT}工会", 2023, HonorState.AWARDED),
        ("讲师B", "市级工匠", HonorLevel.MUNICIPAL, "市总工会", 2020, HonorState.AWARDED),
        (
            "导师E",
            "公司劳动模范",
            HonorLevel.COMPANY,
            f"{ROOT}工会",
            2026,
            HonorState.PUBLIC_NOTICE,
        ),
        ("导师F", "公司工匠", HonorLevel.COMPANY, ROOT, 2026, HonorState.APPLIED),
        ("导师G", "公司标兵", HonorLevel.COMPANY, ROOT, 2019, HonorState.SUSPENDED),
        ("导师H", "公司标兵", HonorLevel.COMPANY, ROOT, 2018, HonorState.WITHDRAWN),
    )
    Honor.objects.bulk_create(
        Honor(
            person=by_name[name], unit=root, title=title, level=level, body=body, year=year,
            state=state,
            notice_ends_on=today + dt.timedelta(days=4)
            if state == HonorState.PUBLIC_NOTICE
            else None,
        )
        for name, title, level, body, year, state in rows
    )  # fmt: skip


def _consents(people: list[User]) -> None:
    """Everybody has read the notice; some model workers agreed to be shown, others did not."""
    notice = PrivacyNotice.objects.order_by("-version").first()
    rows = [
        Consent(user=person, kind=ConsentKind.PRIVACY_NOTICE, version=notice.version)
        for person in people
        if notice
    ]
    rows += [
        Consent(user=person, kind=ConsentKind.WALL)
        for person in people
        if person.name in ("导师A", "导师C", "导师D", "讲师A")
    ]
    Consent.objects.bulk_create(rows)
