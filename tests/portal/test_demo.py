import pytest
from django.core.management import CommandError, call_command

from people.demo import LOGINS, PASSWORD
from people.models import Figure, Honor, Unit, User
from tests.factories import UserFactory


@pytest.fixture
def demo(db, settings):
    settings.DEMO = True
    return lambda action: call_command("demo", action)


def test_the_example_has_the_people_of_the_plan(demo):
    demo("load")

    learners = User.objects.filter(name__startswith="学员")
    assert (learners.count(), Unit.objects.filter(level="team").count()) == (120, 24)


def test_loading_twice_changes_nothing(demo):
    demo("load")
    before = (User.objects.count(), Unit.objects.count(), Honor.objects.count())

    demo("load")

    assert (User.objects.count(), Unit.objects.count(), Honor.objects.count()) == before


def test_it_goes_without_a_trace_and_leaves_real_people_alone(demo):
    real = UserFactory(name="学员999")
    demo("load")

    demo("remove")

    assert list(User.objects.all()) == [real]
    assert (Unit.objects.count(), Honor.objects.count(), Figure.objects.count()) == (0, 0, 0)


@pytest.mark.parametrize(("number", "role"), LOGINS)
def test_each_login_told_works(demo, number, role):
    demo("load")

    assert User.objects.get(employee_no=number).check_password(PASSWORD)


def test_outside_the_demo_nothing_is_loaded(demo, settings):
    settings.DEMO = False

    with pytest.raises(CommandError):
        demo("load")

    assert not User.objects.exists()
