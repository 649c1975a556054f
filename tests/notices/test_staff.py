import pytest
from django.urls import reverse

from journal.models import Entry
from journal.verbs import sentence
from notices.groups import follow_unit
from notices.models import Robot, RobotCall
from notices.states import Channel, Vendor
from people.models import Unit

LIST = "/desk/robots/"
NEW = "/desk/robots/new/"
WECOM = "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=k"


@pytest.fixture
def robot(workshop):
    return Robot.objects.create(
        name="一车间大群", vendor=Vendor.WECOM, webhook=WECOM, scope=workshop.path
    )


def typed(unit, **fields):
    return {
        "name": "一车间大群", "vendor": "wecom", "scope": unit.path, "webhook": WECOM, "secret": "",
    } | fields  # fmt: skip


def pages(pk):
    return [
        ("get", LIST),
        ("get", NEW),
        ("get", reverse("notices:robot", args=[pk])),
        ("post", reverse("notices:robot-switch", args=[pk])),
        ("post", reverse("notices:robot-test", args=[pk])),
    ]


@pytest.mark.parametrize(
    ("who", "answers"),
    (
        ("employee", [403] * 5),
        ("secadmin", [403] * 5),
        ("officer", [200, 200, 200, 302, 302]),
        ("sysadmin", [200, 200, 200, 302, 302]),
        ("stranger", [200, 200, 404, 404, 404]),
    ),
)
def test_robots_are_looked_after_by_officers_and_administrators_of_the_unit(
    as_user, request, robot, who, answers
):
    client = as_user(request.getfixturevalue(who))
    # nothing leaves this machine: the robot has no leave to speak
    RobotCall.objects.bulk_create([RobotCall(robot=robot, at=robot.created_at) for _n in range(20)])

    assert [getattr(client, how)(url).status_code for how, url in pages(robot.pk)] == answers


def test_a_robot_is_added(as_user, officer, workshop):
    answer = as_user(officer).post(NEW, typed(workshop))

    robot = Robot.objects.get()
    assert (answer.status_code, answer.url) == (302, LIST)
    assert (robot.name, robot.scope, robot.webhook, robot.active) == (
        "一车间大群", workshop.path, WECOM, True,
    )  # fmt: skip
    entry = Entry.objects.get(verb="notices.robot_added")
    assert (entry.scope, entry.actor) == (workshop.path, officer)
    assert "一车间大群" in sentence(entry)
    assert "key=k" not in str(entry.data)


@pytest.mark.parametrize(
    ("fields", "wrong"),
    (
        ({"webhook": "http://127.0.0.1/cgi-bin/webhook/send?key=k"}, "webhook"),
        ({"vendor": "dingtalk"}, "webhook"),
        ({"webhook": ""}, "webhook"),
        ({"name": ""}, "name"),
        ({"vendor": "pigeon"}, "vendor"),
        ({"scope": "99999999"}, "scope"),
    ),
)
def test_what_is_wrong_is_told_at_the_field_and_stays_typed(
    as_user, officer, workshop, fields, wrong
):
    page = as_user(officer).post(NEW, typed(workshop, **fields))

    assert (page.status_code, list(page.context["form"].errors)) == (422, [wrong])
    assert page.context["form"]["name"].value() == typed(workshop, **fields)["name"]
    assert Robot.objects.count() == 0


def test_a_robot_for_the_units_of_others_cannot_be_made(as_user, officer, other_company):
    page = as_user(officer).post(NEW, typed(other_company))

    assert list(page.context["form"].errors) == ["scope"]


def test_two_robots_of_one_name_in_one_unit_are_refused(as_user, officer, robot, workshop):
    page = as_user(officer).post(NEW, typed(workshop))

    assert (page.status_code, Robot.objects.count()) == (422, 1)


def test_address_and_secret_are_never_shown_and_stay_when_left_empty(as_user, officer, company):
    robot = Robot.objects.create(
        name="群", vendor=Vendor.DINGTALK, scope=company.path, secret="SECabc",
        webhook="https://oapi.dingtalk.com/robot/send?access_token=geheim",
    )  # fmt: skip
    client, url = as_user(officer), reverse("notices:robot", args=[robot.pk])
    text = client.get(url).content.decode()
    assert [word in text for word in ("geheim", "SECabc")] == [False, False]

    client.post(url, typed(company, name="新名字", vendor="dingtalk", webhook=""))
    changed = Robot.objects.get()
    assert (changed.name, changed.webhook, changed.secret) == (
        "新名字", robot.webhook, "SECabc",
    )  # fmt: skip


def test_changing_the_messenger_asks_for_its_address(as_user, officer, robot, workshop):
    url = reverse("notices:robot", args=[robot.pk])
    page = as_user(officer).post(url, typed(workshop, vendor="feishu", webhook=""))

    assert list(page.context["form"].errors) == ["webhook"]
    assert Robot.objects.get().vendor == "wecom"


def test_kinds_are_chosen_among_those_meant_for_groups(as_user, officer, workshop, kind):
    kind(name="Private")
    loud = kind(name="Loud", channels=(Channel.ROBOT,))
    client = as_user(officer)

    assert client.get(NEW).context["form"].fields["kinds"].choices == [(loud.slug, "通知")]
    client.post(NEW, typed(workshop, kinds=[loud.slug]))
    assert Robot.objects.get().kinds == [loud.slug]


def test_switching_off_twice_is_off_once(as_user, officer, robot):
    client, url = as_user(officer), reverse("notices:robot-switch", args=[robot.pk])
    client.post(url, {"on": "0"})
    client.post(url, {"on": "0"})

    assert Robot.objects.get().active is False
    assert Entry.objects.filter(verb="notices.robot_off").count() == 1
    client.post(url, {"on": "1"})
    assert Robot.objects.get().active is True


def test_a_test_message_arrives_and_says_so(as_user, officer, robot_of, messenger):
    robot = robot_of(Vendor.DINGTALK, secret="SECabc", last_error="old")
    messenger.signed_with = "SECabc"
    page = as_user(officer).post(reverse("notices:robot-test", args=[robot.pk]), follow=True)

    robot.refresh_from_db()
    assert ([m.level_tag for m in page.context["messages"]], len(messenger.posts)) == (
        ["success"],
        1,
    )
    assert (robot.last_error, robot.last_sent_at is None) == ("", False)
    assert Entry.objects.get(verb="notices.robot_tested").succeeded is True


def test_a_test_message_that_fails_tells_the_vendors_reason(as_user, officer, robot_of, messenger):
    robot = robot_of(Vendor.DINGTALK, secret="wrong")
    messenger.signed_with = "right"
    page = as_user(officer).post(reverse("notices:robot-test", args=[robot.pk]), follow=True)

    (message,) = page.context["messages"]
    assert (message.level_tag, "310000" in str(message)) == ("error", True)
    assert "310000" in page.content.decode()
    assert Entry.objects.get(verb="notices.robot_tested").succeeded is False


def test_a_test_message_keeps_the_limit_too(as_user, officer, robot_of, messenger):
    robot = robot_of()
    client, url = as_user(officer), reverse("notices:robot-test", args=[robot.pk])
    for _n in range(21):
        page = client.post(url, follow=True)

    assert (len(messenger.posts), [m.level_tag for m in page.context["messages"]]) == (
        20,
        ["error"],
    )


def test_a_vendor_that_asks_for_silence_is_shown_as_paused(as_user, officer, robot_of, messenger):
    robot = robot_of(Vendor.DINGTALK)
    messenger.limit = 0
    as_user(officer).post(reverse("notices:robot-test", args=[robot.pk]))

    robot.refresh_from_db()
    assert robot.blocked_until is not None


@pytest.mark.parametrize("count", (1, 3))
def test_the_list_costs_the_same_for_any_length(
    as_user, officer, company, django_assert_max_num_queries, count
):
    for n in range(count):
        Robot.objects.create(name=f"群{n}", vendor="wecom", webhook=WECOM, scope=company.path)
    client = as_user(officer)

    with django_assert_max_num_queries(12) as seen:
        page = client.get(LIST)

    assert page.content.decode().count('id="robot-') == count
    assert sum("notices_robot" in q["sql"] for q in seen.captured_queries) == 2
    assert sum('WHERE "people_unit"."path" IN' in q["sql"] for q in seen.captured_queries) == 1


def test_robots_follow_their_unit_when_it_moves(robot, company, workshop):
    hall = Unit(name="新厂", tree="org", level="factory", parent=company)
    hall.plant()
    workshop.parent = hall
    workshop.plant()
    team = Robot.objects.create(
        name="班组群", vendor="wecom", webhook=WECOM, scope=f"{robot.scope}00000099"
    )

    assert [follow_unit(workshop.pk, workshop.path) for _twice in range(2)] == [2, 0]
    robot.refresh_from_db()
    team.refresh_from_db()
    assert (robot.scope, team.scope) == (workshop.path, f"{workshop.path}00000099")
