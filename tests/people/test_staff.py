import pytest
from django.urls import reverse
from openpyxl import load_workbook

from journal.events import record
from journal.models import Entry, Job
from journal.verbs import sentence
from people.models import Placement, User
from people.states import PlacementKind, Rank, Role, Tree, UnitLevel
from tests.factories import GrantFactory, UnitFactory, UserFactory
from tests.people.costs import queries_of

ROSTER = "people:roster"


@pytest.fixture
def chair(company):
    return GrantFactory(user__name="工会主席", role=Role.UNION_CHAIR, unit=company).user


@pytest.fixture
def foreigner(other_company):
    """An employee of another enterprise, who must not leak."""
    return UserFactory(name="学员009", unit=other_company, phone="13900000009")


def found(page):
    return [person.name for person in page.context["page"]]


def data(person, **changes):
    return {
        "employee_no": person.employee_no,
        "name": person.name,
        "unit": person.unit_id or "",
        "union_unit": person.union_unit_id or "",
        "trade": person.trade,
        "rank": person.rank or "",
        "employment": person.employment,
        "is_frontline": "unknown",
        "sex": person.sex,
        "born_in": "",
        "hired_on": "",
        "phone": "",
        "email": person.email,
        **changes,
    }


# ---- the roster -------------------------------------------------------------------------------


def test_the_roster_shows_the_own_enterprise_alone(as_user, officer, employee, foreigner):
    page = as_user(officer).get(reverse(ROSTER))

    assert sorted(found(page)) == sorted([employee.name, officer.name])


def test_the_roster_of_a_workshop_holds_its_subtree_alone(as_user, workshop, employee, company):
    team = UnitFactory(name="一班", parent=workshop)
    UserFactory(name="学员003", unit=team)
    UserFactory(name="学员004", unit=company)
    head = GrantFactory(user__name="车间干事", unit=workshop).user

    assert sorted(found(as_user(head).get(reverse(ROSTER)))) == ["学员001", "学员003"]


def test_a_union_officer_keeps_the_roster_of_his_union_tree(as_user, employee, company):
    branch = UnitFactory(name="一分工会", tree=Tree.UNION, level=UnitLevel.BRANCH)
    UserFactory(name="学员003", unit=company, union_unit=branch)
    head = GrantFactory(user__name="分工会干事", unit=branch).user

    assert found(as_user(head).get(reverse(ROSTER))) == ["学员003"]


@pytest.mark.parametrize(
    ("role", "status"),
    (
        (Role.UNION_OFFICER, 200),
        (Role.UNION_CHAIR, 200),
        (Role.HR_OFFICER, 200),
        (Role.AUDITOR, 200),
        (Role.TEAM_LEADER, 403),
        (Role.SECADMIN, 403),
        (Role.MENTOR, 403),
    ),
)
def test_who_may_open_the_roster(as_user, company, role, status):
    user = GrantFactory(role=role, unit=company).user

    assert as_user(user).get(reverse(ROSTER)).status_code == status


def test_the_roster_costs_the_same_for_any_length(as_user, officer, workshop):
    client, costs = as_user(officer), []
    for number in range(3):
        UserFactory(name=f"学员10{number}", unit=workshop, trade="钳工")
        costs.append(len(queries_of(client, reverse(ROSTER))))

    assert costs[0] == costs[2] <= 10


@pytest.mark.parametrize("query", ("孟泰", "泰", "mengtai", "mt", "MENG", "0815"))
def test_people_are_found_by_name_pinyin_initials_and_number(as_user, officer, workshop, query):
    UserFactory(name="孟泰", employee_no="0815", unit=workshop)
    UserFactory(name="倪志福", employee_no="4711", unit=workshop)

    page = as_user(officer).get(reverse(ROSTER), {"q": query})

    assert found(page) == ["孟泰"]


@pytest.mark.parametrize(
    ("query", "names"),
    (
        ({}, ["孟泰", "倪志福", "工会教育干事"]),
        ({"status": "left"}, ["时传祥"]),
        ({"status": "all"}, ["时传祥", "孟泰", "倪志福", "工会教育干事"]),
        ({"trade": "钳工"}, ["倪志福"]),
        ({"trade": "-"}, ["工会教育干事"]),
        ({"rank": Rank.TECHNICIAN}, ["孟泰"]),
        ({"frontline": "yes"}, ["孟泰"]),
        ({"frontline": "no"}, ["倪志福"]),
        ({"sort": "name"}, ["工会教育干事", "孟泰", "倪志福"]),
        ({"sort": "hired"}, ["倪志福", "孟泰"]),
        ({"sort": "password"}, ["孟泰", "倪志福", "工会教育干事"]),
        ({"unit": "not a number"}, ["孟泰", "倪志福", "工会教育干事"]),
    ),
)
def test_the_roster_is_narrowed_and_sorted(as_user, officer, workshop, query, names):
    people = (
        ("1", "时传祥", {"is_active": False, "left_on": "2026-01-31", "trade": "清洁工"}),
        ("2", "孟泰", {"trade": "管工", "rank": 5, "is_frontline": True, "hired_on": "2002-01-01"}),
        ("3", "倪志福", {"trade": "钳工", "is_frontline": False, "hired_on": "2001-01-01"}),
    )
    for number, name, facts in people:
        UserFactory(employee_no=number, name=name, unit=workshop, **facts)
    User.objects.filter(pk=officer.pk).update(employee_no="9")

    page = as_user(officer).get(reverse(ROSTER), query)

    # where databases put people without a day is theirs to decide
    shown = [name for name in found(page) if "sort" not in query or name in names]
    assert shown == names


def test_the_unit_filter_takes_the_subtree(as_user, officer, company, workshop, employee):
    page = as_user(officer).get(reverse(ROSTER), {"unit": workshop.pk})

    assert found(page) == [employee.name]


def test_a_foreign_unit_is_no_choice(as_user, officer, employee, foreigner, other_company):
    page = as_user(officer).get(reverse(ROSTER), {"unit": other_company.pk})

    assert "unit" in page.context["form"].errors
    assert foreigner.name not in found(page)


def test_htmx_gets_the_rows_alone(as_user, officer):
    page = as_user(officer).get(reverse(ROSTER), headers={"HX-Request": "true"})

    assert ("<html" in page.content.decode(), len(page.context["page"])) == (False, 1)


def test_the_page_after_the_fiftieth_person(as_user, officer, workshop):
    for number in range(50):
        UserFactory(employee_no=f"a{number:03}", unit=workshop)

    page = as_user(officer).get(reverse(ROSTER), {"page": 2})

    assert len(page.context["page"]) == 1


# ---- the export -------------------------------------------------------------------------------


def test_an_export_needs_a_reason(as_user, officer):
    page = as_user(officer).post(reverse("people:roster-export"), {"reason": "　"})

    assert (page.status_code, Job.objects.count()) == (422, 0)
    assert "reason" in page.context["reason"].errors


def test_the_export_is_recorded_and_holds_no_foreigner(
    as_user, officer, employee, foreigner, settings, tmp_path, django_capture_on_commit_callbacks
):
    settings.MEDIA_ROOT = tmp_path
    User.objects.filter(pk=employee.pk).update(phone="13812345678")
    with django_capture_on_commit_callbacks(execute=True):
        as_user(officer).post(reverse("people:roster-export"), {"reason": "年度核对"})

    job = Job.objects.get()
    entry = Entry.objects.get(verb="people.roster_exported")
    assert (job.state, entry.actor, entry.data["reason"]) == ("done", officer, "年度核对")
    assert job.file_name.startswith("roster")


def test_an_auditor_may_export_and_a_team_leader_may_not(as_user, company):
    reasons = {"reason": "审计"}
    auditor = GrantFactory(role=Role.AUDITOR, unit=company).user
    leader = GrantFactory(role=Role.TEAM_LEADER, unit=company).user
    url = reverse("people:roster-export")

    assert [as_user(user).post(url, reasons).status_code for user in (auditor, leader)] == [
        302,
        403,
    ]


# ---- a person ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "method"),
    (
        ("person", "get"),
        ("person-edit", "get"),
        ("person-edit", "post"),
        ("person-phone", "post"),
        ("person-left", "post"),
        ("person-back", "post"),
        ("placement-new", "post"),
    ),
)
def test_people_of_another_enterprise_do_not_exist(as_user, stranger, employee, name, method):
    client = as_user(stranger)

    answer = getattr(client, method)(reverse(f"people:{name}", args=[employee.pk]))

    assert answer.status_code == 404


def test_a_colleague_does_not_exist_for_an_employee(as_user, employee, colleague):
    url = reverse("people:person", args=[colleague.pk])

    assert as_user(employee).get(url).status_code == 404


def test_ones_own_desk_page_is_for_the_desk(as_user, employee):
    assert as_user(employee).get(reverse("people:person", args=[employee.pk])).status_code == 403


def test_a_chair_reads_but_does_not_edit(as_user, chair, employee):
    client = as_user(chair)
    page = client.get(reverse("people:person", args=[employee.pk]))
    edit = client.post(reverse("people:person-edit", args=[employee.pk]), data(employee))

    assert (page.status_code, page.context["may_edit"], edit.status_code) == (200, False, 403)


def test_the_phone_is_masked_until_looked_up_and_the_look_is_recorded(as_user, officer, employee):
    User.objects.filter(pk=employee.pk).update(phone="13812345678")
    client = as_user(officer)
    url = reverse("people:person", args=[employee.pk])

    before = client.get(url).content.decode()
    after = client.post(reverse("people:person-phone", args=[employee.pk])).content.decode()

    assert ("13812345678" in before, "138****5678" in before) == (False, True)
    assert "13812345678" in after
    assert Entry.objects.get(verb="people.phone_viewed").actor == officer


def test_the_edit_form_does_not_carry_the_phone(as_user, officer, employee):
    User.objects.filter(pk=employee.pk).update(phone="13812345678")

    page = as_user(officer).get(reverse("people:person-edit", args=[employee.pk]))

    assert "13812345678" not in page.content.decode()


def test_an_untouched_phone_is_kept(as_user, officer, employee):
    User.objects.filter(pk=employee.pk).update(phone="13812345678")

    as_user(officer).post(
        reverse("people:person-edit", args=[employee.pk]), data(employee, trade="焊工")
    )

    employee.refresh_from_db()
    assert (employee.trade, employee.phone) == ("焊工", "13812345678")
    assert Entry.objects.get(verb="people.person_changed").data == {"fields": ["trade"]}


def test_a_changed_person_is_told_in_words(as_user, officer, employee):
    as_user(officer).post(
        reverse("people:person-edit", args=[employee.pk]),
        data(employee, name="孟泰", trade="焊工", rank=4),
    )
    page = as_user(officer).get(reverse("people:person", args=[employee.pk]))

    assert [entry.verb for entry in page.context["history"]] == ["people.person_changed"]
    assert "{" not in sentence(page.context["history"][0])


def test_the_new_name_is_found_at_once(as_user, officer, employee):
    as_user(officer).post(
        reverse("people:person-edit", args=[employee.pk]), data(employee, name="阿迪力·买买提")
    )

    assert found(as_user(officer).get(reverse(ROSTER), {"q": "adili"})) == ["阿迪力·买买提"]


@pytest.mark.parametrize(
    ("field", "value"),
    (
        ("name", ""),
        ("name", "<script>"),
        ("phone", "1380013"[:6]),
        ("phone", "一三八"),
        ("email", "nobody"),
        ("born_in", "May 1990"),
        ("born_in", "1890-05"),
        ("born_in", "1990-13"),
        ("hired_on", "1890-01-01"),
        ("rank", "9"),
        ("unit", "999999"),
    ),
)
def test_what_is_wrong_is_told_at_its_field_and_kept(as_user, officer, employee, field, value):
    page = as_user(officer).post(
        reverse("people:person-edit", args=[employee.pk]), data(employee, **{field: value})
    )

    assert (page.status_code, list(page.context["form"].errors)) == (422, [field])
    assert page.context["form"][field].value() == value


def test_a_person_cannot_be_put_into_a_foreign_unit(as_user, officer, employee, other_company):
    page = as_user(officer).post(
        reverse("people:person-edit", args=[employee.pk]), data(employee, unit=other_company.pk)
    )

    assert list(page.context["form"].errors) == ["unit"]


def test_a_person_is_added_and_cannot_sign_in_yet(as_user, officer, workshop):
    as_user(officer).post(
        reverse("people:person-new"),
        data(User(employee_no="Ａ０１２", name="倪志福", unit=workshop), born_in="1990.5"),
    )

    person = User.objects.get(employee_no="A012")
    assert (person.unit, person.has_usable_password(), str(person.born_in)) == (
        workshop, False, "1990-05-01",
    )  # fmt: skip


def test_a_number_is_taken_whatever_its_case(as_user, officer, workshop):
    UserFactory(employee_no="a012", unit=workshop)
    new = User(employee_no="A012", name="倪志福", unit=workshop)

    page = as_user(officer).post(reverse("people:person-new"), data(new))

    assert list(page.context["form"].errors) == ["employee_no"]


def test_a_person_without_any_unit_is_refused(as_user, officer):
    page = as_user(officer).post(
        reverse("people:person-new"), data(User(employee_no="1", name="倪志福"))
    )

    assert list(page.context["form"].errors) == ["unit"]


# ---- leaving and coming back --------------------------------------------------------------------


def test_who_left_loses_sign_in_roles_and_contact_data(as_user, officer, employee, workshop):
    User.objects.filter(pk=employee.pk).update(phone="13812345678", email="x@example.cn")
    grant = GrantFactory(user=employee, role=Role.TEAM_LEADER, unit=workshop)

    as_user(officer).post(
        reverse("people:person-left", args=[employee.pk]), {"left_on": "2026-01-31"}
    )

    employee.refresh_from_db()
    grant.refresh_from_db()
    assert (employee.is_active, employee.phone, employee.email) == (False, "", "")
    assert (str(employee.left_on), grant.ends_on is None) == ("2026-01-31", False)


def test_who_left_can_be_put_back(as_user, officer, employee):
    User.objects.filter(pk=employee.pk).update(is_active=False, left_on="2026-01-31")

    as_user(officer).post(reverse("people:person-back", args=[employee.pk]))

    employee.refresh_from_db()
    assert (employee.is_active, employee.left_on) == (True, None)


def test_leaving_twice_is_refused(as_user, officer, employee):
    User.objects.filter(pk=employee.pk).update(is_active=False)

    answer = as_user(officer).post(
        reverse("people:person-left", args=[employee.pk]), {"left_on": "2026-01-31"}
    )

    assert (answer.status_code, Entry.objects.count()) == (403, 0)


def test_nobody_takes_himself_off_the_roll(as_user, officer):
    answer = as_user(officer).post(
        reverse("people:person-left", args=[officer.pk]), {"left_on": "2026-01-31"}
    )

    assert answer.status_code == 403


@pytest.mark.parametrize("day", ("", "2999-01-01", "1900-01-01", "yesterday"))
def test_a_wrong_last_day_is_told(as_user, officer, employee, day):
    page = as_user(officer).post(
        reverse("people:person-left", args=[employee.pk]), {"left_on": day}
    )

    assert (page.status_code, list(page.context["leave"].errors)) == (422, ["left_on"])


# ---- placements ---------------------------------------------------------------------------------


def test_a_placement_ends_the_one_before_and_moves_the_person(
    as_user, officer, employee, workshop, company
):
    other = UnitFactory(name="焊装车间", parent=company)
    Placement.objects.create(
        person=employee, unit=workshop, kind=PlacementKind.ONBOARDING, starts_on="2020-01-01"
    )
    as_user(officer).post(
        reverse("people:placement-new", args=[employee.pk]),
        {"kind": "rotation", "unit": other.pk, "post": "焊工岗", "starts_on": "2026-03-01"},
    )

    employee.refresh_from_db()
    old, new = employee.placements.order_by("starts_on")
    assert (str(old.ends_on), new.post.name, new.ends_on, employee.unit) == (
        "2026-02-28", "焊工岗", None, other,
    )  # fmt: skip


@pytest.mark.parametrize("day", ("2020-01-01", "2019-05-05"))
def test_a_placement_cannot_begin_before_the_present_one(as_user, officer, employee, workshop, day):
    Placement.objects.create(
        person=employee, unit=workshop, kind=PlacementKind.ONBOARDING, starts_on="2020-01-01"
    )
    page = as_user(officer).post(
        reverse("people:placement-new", args=[employee.pk]),
        {"kind": "rotation", "unit": workshop.pk, "post": "", "starts_on": day},
    )

    assert (page.status_code, list(page.context["placing"].errors)) == (422, ["starts_on"])
    assert employee.placements.count() == 1


def test_the_person_page_costs_the_same_for_any_history(as_user, officer, employee, workshop):
    client, costs = as_user(officer), []
    for year in range(3):
        Placement.objects.create(
            person=employee, unit=workshop, kind=PlacementKind.ROTATION,
            starts_on=f"20{10 + year}-01-01", ends_on=f"20{10 + year}-12-01",
        )  # fmt: skip
        GrantFactory(user=employee, role=list(Role)[year], unit=workshop)
        record("people.person_changed", employee, actor=officer, fields=["trade"])
        costs.append(len(queries_of(client, reverse("people:person", args=[employee.pk]))))

    assert costs[0] == costs[2] <= 15


def test_the_exported_roster_is_a_workbook_in_which_nothing_computes(
    as_user, officer, employee, stranger, settings, tmp_path, django_capture_on_commit_callbacks
):
    settings.MEDIA_ROOT = tmp_path
    employee.trade = "=cmd|' /C calc'!A0"
    employee.phone = "13812345678"
    employee.save()
    with django_capture_on_commit_callbacks(execute=True):
        as_user(officer).post(reverse("people:roster-export"), {"reason": "年度统计"})

    with Job.objects.get(kind="people.roster_export").file.open() as kept:
        rows = list(load_workbook(kept).active.iter_rows())
    texts = [[cell.value for cell in row] for row in rows]
    line = next(row for row in rows if row[0].value == employee.employee_no)
    assert [cell.value for cell in line if cell.data_type == "f"] == []
    assert "138****5678" in texts[rows.index(line)]
    assert stranger.employee_no not in [row[0] for row in texts]
