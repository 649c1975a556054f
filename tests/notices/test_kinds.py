import pytest
from django.core.exceptions import ImproperlyConfigured

from notices.kinds import Due, Kind, Reminder, all_kinds, find_kind, group_kinds, reminders
from notices.states import Channel


def test_a_kind_is_declared_by_being_defined(kind):
    late = kind(name="LogReturned")
    soon = kind(Reminder, name="SessionTomorrow", channels=(Channel.ROBOT,))

    assert (late.slug, soon.slug) == ("tests.log_returned", "tests.session_tomorrow")
    assert (all_kinds(), reminders(), group_kinds()) == ([late, soon], [soon], [soon])
    assert find_kind("tests.log_returned") is late
    assert find_kind("gone.by_now") is None


def test_a_kind_without_a_label_is_only_a_base(kind):
    kind(name="Base", label="")

    assert all_kinds() == []


def test_two_kinds_of_one_slug_are_refused(kind):
    kind(name="One", slug="tests.same")

    with pytest.raises(ImproperlyConfigured):
        kind(name="Two", slug="tests.same")


def test_email_is_offered_for_each_kind_and_groups_where_they_are_meant(kind):
    quiet, loud = kind(name="A", channels=()), kind(name="B", channels=(Channel.ROBOT,))

    offered = [[k.offers(c) for c in Channel] for k in (quiet, loud)]
    assert offered == [[True, False], [True, True]]


def test_the_key_names_object_and_occurrence(employee):
    due = Due(to=employee, about=employee, key="day-3", title="")

    assert due.full_key == f"people.user-{employee.pk}:day-3"


def test_a_reminder_must_say_who_is_due(kind, employee):
    assert issubclass(Reminder, Kind)
    with pytest.raises(NotImplementedError):
        kind(Reminder)().due(None)
