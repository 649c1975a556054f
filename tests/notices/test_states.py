import pytest
from django.db import IntegrityError, transaction

from kit.states import IllegalMove
from notices.models import Delivery
from notices.states import DELIVERY_MOVES, DeliveryState
from tests.notices.conftest import make_delivery, make_notice

ALLOWED = {
    ("scheduled", "sending"),
    ("sending", "scheduled"),
    ("sending", "sent"),
    ("sending", "failed"),
    ("sending", "dropped"),
}


@pytest.mark.parametrize("source", DeliveryState.values)
@pytest.mark.parametrize("target", DeliveryState.values)
def test_deliveries_move_only_along_the_table(reader, source, target):
    delivery = make_delivery(make_notice(reader), state=source)

    if (source, target) in ALLOWED:
        DELIVERY_MOVES.make(delivery, target)
    else:
        with pytest.raises(IllegalMove):
            DELIVERY_MOVES.make(delivery, target)

    delivery.refresh_from_db()
    assert delivery.state == (target if (source, target) in ALLOWED else source)


def test_the_database_knows_the_states_and_the_promises(reader, robot_of):
    notice = make_notice(reader)
    robot = robot_of()
    make_delivery(notice)
    make_delivery(notice, channel="robot", robot=robot)
    for wrong in (
        {},
        {"channel": "robot", "robot": robot},
        {"channel": "robot"},
        {"channel": "email", "robot": robot},
        {"channel": "pigeon"},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            make_delivery(notice, **wrong)
    with pytest.raises(IntegrityError), transaction.atomic():
        make_delivery(make_notice(reader), state="lost")

    assert Delivery.objects.count() == 2


def test_one_key_is_one_notice(reader):
    make_notice(reader, key="class-7")

    with pytest.raises(IntegrityError), transaction.atomic():
        make_notice(reader, key="class-7")
