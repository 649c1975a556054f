"""The first start in production: the enterprise, and the four accounts everything else comes from."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction
from django.utils import timezone

from people.granting import give_role
from people.models import Unit, User
from people.signin import issue_code
from people.states import Role, Tree, UnitLevel

# the security administrator gives roles, the HR officer brings the roster in; the three
# administrator posts are three people (等保)
POSTS = {
    "secadmin": Role.SECADMIN,
    "sysadmin": Role.SYSADMIN,
    "logadmin": Role.LOGADMIN,
    "hr": Role.HR_OFFICER,
}


class Command(BaseCommand):
    help = "Found an enterprise in an empty database; prints a one-time code for each account."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("enterprise", help="its name, for instance 示例集团")
        for post in POSTS:
            parser.add_argument(f"--{post}", required=True, metavar="NUMBER=NAME")

    @transaction.atomic
    def handle(self, *_args: Any, enterprise: str, **options: Any) -> None:
        if Unit.objects.exists() or User.objects.exists():
            raise CommandError("There is an enterprise already; roles are given at the desk now.")
        root = Unit(tree=Tree.ORGANIZATION, level=UnitLevel.GROUP, name=enterprise)
        root.full_clean(exclude=["path", "depth"])
        root.plant()
        people = {post: _person(options[post], root) for post in POSTS}
        by, now = people["secadmin"], timezone.now()
        for post, person in people.items():
            give_role(
                person, role=POSTS[post], unit=root, starts_on=timezone.localdate(now),
                ends_on=None, by=by,
            )  # fmt: skip
            code = issue_code(person, by=by, now=now)
            self.stdout.write(f"{person.employee_no}\t{code}\t{POSTS[post].value}")


def _person(given: str, root: Unit) -> User:
    """Raises CommandError unless it is NUMBER=NAME."""
    number, _, name = (part.strip() for part in given.partition("="))
    if not (number and name):
        raise CommandError(f"“{given}” is not NUMBER=NAME, for instance 90003=人力资源专员")
    person = User(employee_no=number, name=name, unit=root)
    person.set_unusable_password()
    person.save()
    return person
