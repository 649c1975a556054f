from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from kit.states import Moves


class BatchState(TextChoices):
    CHECKING = "checking", _("being checked")
    CHECKED = "checked", _("checked, not imported yet")
    APPLYING = "applying", _("being imported")
    APPLIED = "applied", _("imported")
    UNDOING = "undoing", _("being undone")
    UNDONE = "undone", _("undone")
    UNREADABLE = "unreadable", _("could not be read")
    DISCARDED = "discarded", _("put aside")


BATCH_MOVES = Moves(
    {
        BatchState.CHECKING: [BatchState.CHECKED, BatchState.UNREADABLE, BatchState.DISCARDED],
        BatchState.CHECKED: [BatchState.APPLYING, BatchState.DISCARDED],
        # an import that was stopped half way is gone on with, or taken back
        BatchState.APPLYING: [BatchState.APPLIED, BatchState.CHECKED],
        BatchState.APPLIED: [BatchState.UNDOING],
        BatchState.UNDOING: [BatchState.UNDONE, BatchState.APPLIED],
    }
)


class Verdict(TextChoices):
    NEW = "new", _("new")
    UPDATE = "update", _("changed")
    SAME = "same", _("unchanged")
    BAD = "bad", _("to correct")
