"""What the real worker of test_durability runs on: the portal's settings and one more kind."""

from portal.settings import *  # noqa: F403

CELERY_IMPORTS = ["tests.notices.durable_kind"]
EMAIL_TIMEOUT = 5
