"""Before the web starts: tables, static files, and in the demo its people."""

import hashlib
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand


class Command(BaseCommand):
    help = "Migrate, collect static files when they changed, load the example data in the demo."

    def handle(self, *_args: Any, **options: Any) -> None:
        verbosity = options["verbosity"]
        call_command("migrate", interactive=False, verbosity=verbosity - 1)
        self.collect_static()
        if settings.DEMO:
            call_command("demo", "load", stdout=self.stdout)

    def collect_static(self) -> None:
        """Compressing is slow, so a stamp beside the files tells what they were made from."""
        stamp, wanted = settings.STATIC_ROOT / ".made-from", mark_of_static()
        if stamp.is_file() and stamp.read_text() == wanted:
            return
        self.stdout.write("Collecting static files …")
        call_command("collectstatic", interactive=False, verbosity=0)
        stamp.write_text(wanted)


def mark_of_static() -> str:
    """Our own files by content, those of packages by their pinned versions."""
    mark = hashlib.sha256()
    base = Path(settings.BASE_DIR)
    sources = [base / "requirements.txt", base / "portal" / "storage.py"]
    for folder in settings.STATICFILES_DIRS:
        sources += sorted(path for path in Path(folder).rglob("*") if path.is_file())
    for path in sources:
        mark.update(str(path.relative_to(base)).encode() + b"\0")
        mark.update(hashlib.sha256(path.read_bytes()).digest())
    return mark.hexdigest()
