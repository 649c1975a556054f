from itertools import product

import pytest

from exchange.models import Batch
from exchange.states import BATCH_MOVES, BatchState
from kit.states import IllegalMove
from tests.factories import UserFactory

S = BatchState
ALLOWED = {
    (S.CHECKING, S.CHECKED), (S.CHECKING, S.UNREADABLE), (S.CHECKING, S.DISCARDED),
    (S.CHECKED, S.APPLYING), (S.CHECKED, S.DISCARDED),
    (S.APPLYING, S.APPLIED), (S.APPLYING, S.CHECKED),
    (S.APPLIED, S.UNDOING), (S.UNDOING, S.UNDONE), (S.UNDOING, S.APPLIED),
}  # fmt: skip


@pytest.mark.parametrize(("source", "target"), tuple(product(BatchState, BatchState)))
def test_only_the_moves_of_the_table_are_made(db, source, target):
    batch = Batch.objects.create(
        kind="roster", owner=UserFactory(), scope="00000001", filename="a", digest="0", state=source
    )
    if (source, target) in ALLOWED:
        BATCH_MOVES.make(batch, target)
        assert batch.state == target
    else:
        with pytest.raises(IllegalMove):
            BATCH_MOVES.make(batch, target)
        assert Batch.objects.get().state == source
