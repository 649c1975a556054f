"""Load the example data, take it away again, or tell how to sign in to it."""

from typing import Any

from django.apps import apps
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import models, transaction
from django.db.models import ProtectedError, Q

from journal.models import Entry, Errand
from kit.trees import within
from people import demo as people_demo
from people import demo_figures
from people.models import Unit, User

# the audit log outlives the people in it
KEPT = (Entry, Errand)


class Command(BaseCommand):
    help = "Example data: load it once, remove it without a trace, list its logins."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("action", choices=("load", "remove", "logins"))

    def handle(self, *_args: Any, action: str, **_options: Any) -> None:
        {"load": self.load, "remove": self.remove, "logins": self.logins}[action]()

    def load(self) -> None:
        if not settings.DEMO:
            raise CommandError("Example people have known passwords: set DEMO=1 to load them.")
        if people_demo.is_loaded():
            self.stdout.write("The example data is already there.")
            return
        with transaction.atomic():
            people_demo.load()
            demo_figures.load_figures()
        self.stdout.write(f"{User.objects.count()} people in {Unit.objects.count()} units.")

    def remove(self) -> None:
        """Everything that belongs to the example people and units, from the roof down."""
        roots = Unit.objects.filter(name__startswith=people_demo.ROOT, parent=None)
        tree = Q(pk__in=[])
        for root in roots:
            tree |= within("path", str(root.path))
        units = list(Unit.objects.filter(tree).order_by("-path").values_list("pk", flat=True))
        people = list(User.objects.filter(unit__in=units).values_list("pk", flat=True))
        with transaction.atomic():
            demo_figures.remove_figures()
            _remove_rows_of(people, units)
            User.objects.filter(pk__in=people).delete()
            for pk in units:  # the lowest first
                Unit.objects.filter(pk=pk).delete()
        self.stdout.write(f"Removed {len(people)} people and {len(units)} units.")

    def logins(self) -> None:
        for number, role in people_demo.LOGINS:
            self.stdout.write(f"{number}\t{people_demo.PASSWORD}\t{role}")


def _remove_rows_of(people: list[int], units: list[int]) -> None:
    """Rows of any model that points at these people or units, whatever order they protect."""
    waiting = [
        (model, field)
        for model in reversed(apps.get_models())
        if model not in KEPT and model not in (User, Unit)
        for field in model._meta.get_fields()
        if isinstance(field, models.ForeignKey) and field.related_model in (User, Unit)
    ]
    while waiting:
        held = []
        for model, field in waiting:
            keys = people if field.related_model is User else units
            rows = model._default_manager.filter(**{f"{field.name}__in": keys})
            try:
                with transaction.atomic():
                    rows.delete()
            except ProtectedError:
                held.append((model, field))
        if len(held) == len(waiting):
            names = ", ".join(sorted({model._meta.label for model, _field in held}))
            raise CommandError(f"Rows of {names} still hold on to example data.")
        waiting = held
