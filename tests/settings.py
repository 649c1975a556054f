"""The settings of the suite: the portal's own, on an environment that needs no server."""

import atexit
import os
import shutil
import tempfile

os.environ.setdefault(
    "SECRET_KEY", "a key for tests alone, long enough to please the checks 0123456789"
)
os.environ.setdefault("FIELD_KEYS", "b2xkLWZpZWxkLWtleS1mb3ItdGVzdHMtb25seS0zMmI=")
os.environ.setdefault("DATABASE_URL", "sqlite://:memory:")
os.environ.setdefault("BEHIND_TLS", "0")
# two-step sign-in has its own tests; everywhere else it would stand before the page
os.environ.setdefault("TWO_FACTOR_REQUIRED", "0")
if "VAR_DIR" not in os.environ:
    os.environ["VAR_DIR"] = tempfile.mkdtemp(prefix="portal-tests-")
    atexit.register(shutil.rmtree, os.environ["VAR_DIR"], ignore_errors=True)
# each process of xdist has a Redis database of its own, since a test may clear its cache
worker = os.environ.get("PYTEST_XDIST_WORKER", "")
if worker and os.environ.get("REDIS_URL") and "REDIS_OF" not in os.environ:
    server, _, number = os.environ["REDIS_URL"].rpartition("/")
    os.environ["REDIS_URL"] = f"{server}/{int(number) + int(worker.removeprefix('gw'))}"
    os.environ["REDIS_OF"] = worker  # inherited: a process started by a test shares its database

from portal.settings import *  # noqa: E402, F403

ALLOWED_HOSTS = [*ALLOWED_HOSTS, "testserver"]  # noqa: F405
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
CELERY_TASK_ALWAYS_EAGER = True
CELERY_TASK_EAGER_PROPAGATES = False
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
STORAGES = {
    **STORAGES,  # noqa: F405
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
LOGGING = {"version": 1, "disable_existing_loggers": False}
STATIC_ROOT.mkdir(parents=True, exist_ok=True)  # noqa: F405 -- whitenoise warns of a missing one
