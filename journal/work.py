"""Long work of this app: the audit log as a file."""

from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from journal.filters import AuditFilter
from journal.jobs import Running, work
from journal.rules import audit_of
from journal.verbs import sentence
from kit.csvfile import write_csv
from kit.times import local_minute

AUDIT_EXPORT = "journal.audit_export"
MOST_ROWS = 200_000


@work(AUDIT_EXPORT, title=gettext_lazy("Export of the audit log"))
def export_audit(job: Running, *, query: str) -> None:
    """Write the entries the owner may read and asked for, newest first, at most 200,000."""
    entries = AuditFilter(QueryDict(query)).narrow(audit_of(job.job.owner)).for_list()
    entries = entries.order_by("-at", "-pk")[:MOST_ROWS]
    total = entries.count()
    rows = (
        (
            local_minute(entry.at),
            entry.actor_no,
            sentence(entry),
            _("done") if entry.succeeded else _("failed"),
            entry.address or "",
        )
        for entry in job.steps(entries.iterator(chunk_size=2000), total=total)
    )
    header = (_("Time"), _("Employee number"), _("What happened"), _("Result"), _("Address"))
    job.keep(write_csv(header, rows), "audit.csv")
