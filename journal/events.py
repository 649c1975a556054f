"""Write down what happened, and have whoever asked be told.

Call downwards, announce upwards: an app may call the apps below it, and tells the
apps above it only by recording an entry here.
"""

from contextvars import ContextVar
from functools import partial

from django.contrib.contenttypes.models import ContentType
from django.db import models, transaction

from journal.listeners import listeners_for
from journal.models import Entry, Errand
from journal.tasks import run_errand

# the network address of the request being answered, set by journal.middleware
address: ContextVar[str | None] = ContextVar("address", default=None)


@transaction.atomic
def record(
    verb: str,
    subject: models.Model,
    *,
    actor: models.Model | None,
    scope: str | None = None,
    succeeded: bool = True,
    **data: object,
) -> Entry:
    """Add an entry, and an errand for each listener of ``verb``, sent once this is committed.

    ``scope`` is the path of the unit in whose audit log the entry belongs; when it is not given,
    the subject is asked for its ``journal_scope``, then the actor.
    """
    if scope is None:
        scope = getattr(subject, "journal_scope", "") or getattr(actor, "journal_scope", "")
    entry = Entry.objects.create(
        verb=verb,
        subject_type=ContentType.objects.get_for_model(subject),
        subject_id=subject.pk,
        title=str(subject)[:200],
        actor_id=actor.pk if actor else None,
        actor_name=str(actor)[:60] if actor else "",
        actor_no=getattr(actor, "employee_no", ""),
        scope=scope,
        data=data,
        succeeded=succeeded,
        address=address.get(),
    )
    errands = Errand.objects.bulk_create(
        [Errand(entry=entry, listener=name) for name in listeners_for(verb)]
    )
    for errand in errands:
        transaction.on_commit(partial(run_errand.delay, errand_id=errand.pk), robust=True)
    return entry
