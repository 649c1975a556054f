"""Who may do what with a batch; the kind says for which units a person imports."""

from typing import Any

from exchange.kinds import ImportKind
from exchange.models import Batch
from exchange.states import BatchState


def may_import(user: Any, kind: ImportKind) -> bool:
    return bool(kind.scopes(user))


def may_change(user: Any, batch: Batch) -> bool:
    """Correct, import, undo or put aside: whoever may import for that unit."""
    return any(batch.scope.startswith(path) for path in batch.import_kind.scopes(user))


def may_apply(user: Any, batch: Batch) -> bool:
    return batch.state == BatchState.CHECKED and batch.rows_changing > 0 and may_change(user, batch)
