from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from kit.states import Moves


class JobState(TextChoices):
    QUEUED = "queued", _("waiting")
    RUNNING = "running", _("running")
    DONE = "done", _("finished")
    FAILED = "failed", _("failed")
    CANCELLED = "cancelled", _("cancelled")


JOB_MOVES = Moves(
    {
        # running goes back to queued when its worker died: the sweep sends it out again
        JobState.QUEUED: [JobState.RUNNING, JobState.CANCELLED],
        JobState.RUNNING: [JobState.QUEUED, JobState.DONE, JobState.FAILED, JobState.CANCELLED],
    }
)
