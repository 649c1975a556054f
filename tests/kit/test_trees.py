import pytest
from django.core.exceptions import ValidationError

from kit.trees import after
from people.models import Unit
from tests.factories import UnitFactory


@pytest.fixture
def plant(db):
    """A company with two workshops, the first with a team."""
    company = UnitFactory(name="公司")
    first = UnitFactory(name="一车间", parent=company)
    team = UnitFactory(name="一班", parent=first)
    second = UnitFactory(name="二车间", parent=company)
    return company, first, team, second


def names(units):
    return sorted(units.values_list("name", flat=True))


def test_a_subtree_holds_the_unit_and_all_below_and_nothing_beside(plant):
    company, first, team, _second = plant

    assert names(Unit.objects.under(first)) == ["一班", "一车间"]
    assert names(Unit.objects.under(team)) == ["一班"]
    assert Unit.objects.under(company).count() == 4


def test_moving_a_unit_takes_everything_below_along(plant):
    _company, first, team, second = plant
    first.parent = second

    first.plant()

    team.refresh_from_db()
    assert team.ancestor_keys() == [_company.pk, second.pk, first.pk, team.pk]
    assert names(Unit.objects.under(second)) == ["一班", "一车间", "二车间"]


def test_a_unit_cannot_move_below_itself(plant):
    company, _first, team, _second = plant
    company.parent = team

    with pytest.raises(ValidationError):
        company.plant()

    company.refresh_from_db()
    assert company.parent is None


def test_a_tree_of_more_than_ten_levels_is_refused(db):
    parent = None
    for _level in range(10):
        parent = UnitFactory(parent=parent)

    with pytest.raises(ValidationError):
        UnitFactory(parent=parent)

    assert Unit.objects.count() == 10


def test_the_range_of_a_subtree_carries_over_nines():
    assert after("0000000100000099") == "0000000100000100"
