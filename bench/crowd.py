"""A plant of 5,000 beside the example people, so that lists and searches have something to do."""

from people.models import Unit, User
from people.states import UnitLevel

TRADES = ("装配钳工", "焊工", "电工", "仓储管理员", "设备维修工")


def add(count: int) -> int:
    """Bring the number of people to ``count``. Returns how many there are."""
    teams = list(Unit.objects.filter(level=UnitLevel.TEAM).order_by("pk"))
    have = User.objects.count()
    people = [
        User(
            employee_no=f"7{number:05d}",
            name=f"学员{number:05d}",
            unit=teams[number % len(teams)],
            trade=TRADES[number % len(TRADES)],
            rank=number % 8 + 1,
            is_frontline=number % 3 > 0,
            password="!",  # noqa: S106 -- nobody signs in as these
        )
        for number in range(count - have)
    ]
    for person in people:
        person.refresh_terms()
    User.objects.bulk_create(people, batch_size=500)
    return User.objects.count()
