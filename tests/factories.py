"""Plain factories; a test shows what matters to it."""

import factory

from journal.models import Job
from people.models import Grant, Honor, Unit, User
from people.states import HonorLevel, HonorState, Role, Tree, UnitLevel


class UnitFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Unit

    tree = Tree.ORGANIZATION
    level = UnitLevel.WORKSHOP
    name = factory.Sequence(lambda n: f"单位{n}")

    @classmethod
    def _create(cls, model_class, *args, **kwargs):
        unit = model_class(*args, **kwargs)
        unit.plant()
        return unit


class UserFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = User

    # six digits: tests that name a number write five, and must not meet it here
    employee_no = factory.Sequence(lambda n: f"7{n:05d}")
    name = factory.Sequence(lambda n: f"学员{n % 1000:03d}")


class GrantFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Grant

    user = factory.SubFactory(UserFactory)
    role = Role.UNION_OFFICER
    unit = factory.SubFactory(UnitFactory)


class HonorFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Honor

    person = factory.SubFactory(UserFactory)
    unit = factory.SubFactory(UnitFactory)
    title = "公司劳动模范"
    level = HonorLevel.COMPANY
    state = HonorState.AWARDED


class JobFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Job

    kind = "tests.work"
    owner = factory.SubFactory(UserFactory)
    title = "导出"
