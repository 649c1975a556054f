"""Tables, 5,000 rows and one session for the bare project; prints the key of the session."""

import django
from django.core.management import call_command

django.setup()

from django.contrib.sessions.backends.cached_db import SessionStore  # noqa: E402

from bench.bare.models import Item  # noqa: E402

call_command("migrate", run_syncdb=True, verbosity=0)
Item.objects.bulk_create([Item(number=n, name=f"第{n}行") for n in range(5000)], batch_size=1000)
session = SessionStore()
session["who"] = "学员001"
session.create()
print(session.session_key)  # noqa: T201 -- the bench reads it
