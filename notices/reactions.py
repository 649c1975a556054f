"""What happens elsewhere in the house and concerns messages."""

from journal.listeners import on
from journal.models import Entry
from notices.groups import follow_unit


@on("people.unit_moved")
def move_robots(entry: Entry) -> None:
    unit = entry.subject
    if unit is not None:
        follow_unit(unit.pk, unit.path)
