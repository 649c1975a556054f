"""The pages that are measured. Each capability adds the one its people open most."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Page:
    """``login`` is an employee number of the example people."""

    name: str
    login: str
    path: str


EMPLOYEE, OFFICER = "10001", "90001"

PAGES = (
    Page("home, employee", EMPLOYEE, "/"),
    Page("desk, officer", OFFICER, "/desk/"),
    Page("roster, officer", OFFICER, "/desk/people/"),
    Page("roster, searched", OFFICER, "/desk/people/?q=学员"),
    Page("model workers", EMPLOYEE, "/learn/culture/"),
)
