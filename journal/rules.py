"""Who may read the audit log. The roles are granted one floor up; here they are only names."""

from typing import TYPE_CHECKING

from journal.models import Entry, EntryQuerySet, Job
from kit.trees import within

if TYPE_CHECKING:
    from people.models import User

AUDIT_ROLES = ("logadmin", "auditor")


def may_read_audit(user: "User") -> bool:
    return any(grant.role in AUDIT_ROLES for grant in user.current_grants)


def audit_of(user: "User") -> EntryQuerySet:
    """The entries within the units over which the person reads the audit log."""
    paths = [grant.path for grant in user.current_grants if grant.role in AUDIT_ROLES]
    if not paths:
        return Entry.objects.none()
    mine = within("scope", paths[0])
    for path in paths[1:]:
        mine |= within("scope", path)
    return Entry.objects.filter(mine)


def may_cancel_job(user: "User", job: Job) -> bool:
    return job.owner_id == user.pk and job.is_open
