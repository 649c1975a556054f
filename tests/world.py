"""One small world for the permission table and the browser: two enterprises and every role."""

import datetime as dt
from dataclasses import dataclass, field
from typing import Any

from django.core.files.base import ContentFile
from django.utils import timezone

from exchange.models import Batch, Row
from exchange.states import BatchState, Verdict
from journal.events import record
from journal.models import Job
from journal.states import JobState
from notices.models import Notice, Robot
from notices.states import Vendor
from people.models import Consent, DataRequest, Figure, Honor, PrivacyNotice, Unit, User
from people.states import (
    ConsentKind,
    HonorLevel,
    HonorState,
    RequestKind,
    Role,
    Tree,
    UnitLevel,
)
from tests.factories import GrantFactory, HonorFactory, UnitFactory, UserFactory

ROLES = {
    "officer": Role.UNION_OFFICER,
    "chair": Role.UNION_CHAIR,
    "hr": Role.HR_OFFICER,
    "auditor": Role.AUDITOR,
    "sysadmin": Role.SYSADMIN,
    "secadmin": Role.SECADMIN,
    "logadmin": Role.LOGADMIN,
}


@dataclass
class World:
    company: Unit
    workshop: Unit
    people: dict[str, User] = field(default_factory=dict)
    things: dict[str, Any] = field(default_factory=dict)


def read_notice(user):
    notice = PrivacyNotice.objects.order_by("-version").first()
    if notice:
        Consent.objects.create(user=user, kind=ConsentKind.PRIVACY_NOTICE, version=notice.version)


def build():
    company = UnitFactory(name="总公司", level=UnitLevel.COMPANY)
    workshop = UnitFactory(name="总装一车间", parent=company)
    UnitFactory(name="公司工会", level=UnitLevel.UNION, tree=Tree.UNION)
    other = UnitFactory(name="兄弟公司", level=UnitLevel.COMPANY)
    world = World(company, workshop)
    world.people["employee"] = UserFactory(
        employee_no="10417", name="学员417", unit=workshop, trade="装配钳工", rank=3,
        phone="13800138000", email="xueyuan417@example.com",
    )  # fmt: skip
    for name, role in ROLES.items():
        world.people[name] = GrantFactory(
            user__name=f"{name}A"[:20], user__unit=company, role=role, unit=company
        ).user
    # an officer of another enterprise: nothing of the company exists for him
    world.people["stranger"] = GrantFactory(
        user__name="外单位干事", user__unit=other, unit=other
    ).user
    for person in world.people.values():
        read_notice(person)
    _things(world)
    return world


def _things(world):
    things, employee = world.things, world.people["employee"]
    things["honor"] = HonorFactory(
        person=employee, unit=world.company, state=HonorState.APPLIED, year=2025
    )
    Honor.objects.create(
        figure=Figure.objects.create(
            slug="mw-001", name="王进喜", epithet="铁人", trade="石油钻井工",
            facts={"quote": {"zh": "宁可少活二十年，拼命也要拿下大油田"}},
        ),
        title="全国先进生产者", level=HonorLevel.NATIONAL, year=1959, state=HonorState.AWARDED,
    )  # fmt: skip
    job = Job(
        kind="tests.work", owner=employee, title="导出我的数据", state=JobState.DONE, done=1,
        total=1, expires_at=timezone.now() + dt.timedelta(days=1),
    )  # fmt: skip
    job.save()
    job.file.save("mine.csv", ContentFile(b"mine"))
    things["job"] = job
    things["notice"] = Notice.objects.create(
        user=employee, kind="people.request_answered", key="1", title="您的更正申请有答复了",
        body="技能等级已改为中级工。", url="/me/data/",
    )  # fmt: skip
    things["robot"] = Robot.objects.create(
        name="总装一车间群", vendor=Vendor.WECOM, scope=world.company.path,
        webhook="https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=0",
        blocked_until=timezone.now() + dt.timedelta(hours=1),  # nothing leaves the machine
    )  # fmt: skip
    things["request"] = DataRequest.objects.create(
        user=employee, kind=RequestKind.CORRECTION, detail="技能等级写错了，应为中级工。"
    )
    things["batch"] = _batch(world)
    record("people.person_changed", employee, actor=world.people["officer"], fields=["trade"])


def _batch(world):
    """A roster that was checked: one new person and one row to correct."""
    batch = Batch(
        kind="roster", owner=world.people["officer"], scope=world.company.path,
        filename="职工花名册.xlsx", digest="0" * 64, state=BatchState.CHECKED, rows_total=2,
        rows_new=1, rows_bad=1, rows_warned=1,
        mapping={"number": "工号", "name": "姓名", "unit": "单位", "phone": "手机"},
    )  # fmt: skip
    batch.file.save("roster.xlsx", ContentFile(b"kept"), save=False)
    batch.save()
    for number, phone, verdict in ((2, "13800138001", Verdict.NEW), (3, "1380013", Verdict.BAD)):
        row = Row(batch=batch, number=number, key=f"2000{number}", verdict=verdict)
        row.values = {
            "number": row.key, "name": f"学员10{number}", "unit": "总装一车间", "phone": phone,
        }  # fmt: skip
        if verdict == Verdict.BAD:
            row.problems = [{"column": "phone", "message": "只有 7 位，少 4 位", "suggestion": ""}]
        else:
            row.warnings = [{"column": "phone", "message": "没填工种", "suggestion": ""}]
            row.has_warnings = True
        row.save()
    return batch
