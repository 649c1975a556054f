"""Long work of this app: the roster as a file, and what we hold of one person."""

import io
import json
import zipfile
from typing import Any

from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from exchange.writer import write_table
from journal.jobs import Running, work
from people.models import User
from people.privacy import holdings
from people.rules import roster_of
from people.selection import select_people

ROSTER_EXPORT = "people.roster_export"
EXPORT_MY_DATA = "people.export_my_data"


@work(ROSTER_EXPORT, title=gettext_lazy("Export of the roster"))
def export_roster(job: Running, *, asked: dict[str, Any]) -> None:
    """Write the people the owner may see and asked for, in his order; phones stay masked."""
    people = select_people(roster_of(job.job.owner), asked).for_list()
    total = people.count()
    header = (
        _("employee number"), _("name"), _("unit"), _("union unit"), _("trade"), _("skill rank"),
        _("form of employment"), _("front line"), _("hired on"), _("phone"), _("left on"),
    )  # fmt: skip
    front = {True: _("yes"), False: _("no"), None: ""}
    rows = (
        (
            person.employee_no, person.name, person.unit or "", person.union_unit or "",
            person.trade, person.get_rank_display() or "", person.get_employment_display(),
            front[person.is_frontline], person.hired_on or "", person.phone_masked,
            person.left_on or "",
        )
        for person in job.steps(people.iterator(chunk_size=1000), total=total)
    )  # fmt: skip
    job.keep(write_table(header, rows), "roster.xlsx")


@work(EXPORT_MY_DATA, title=gettext_lazy("My data as a file"))
def export_my_data(job: Running) -> None:
    """Everything we hold of the owner, to read (HTML) and for programs (JSON), in one archive."""
    person = User.objects.select_related("unit", "union_unit").get(pk=job.job.owner_id)
    with_rows = [holding for holding in holdings() if holding.rows]
    parts = [
        {"label": str(holding.label), "basis": str(holding.basis), "rows": holding.rows(person)}
        for holding in job.steps(with_rows, total=len(with_rows))
        if holding.rows
    ]
    now = timezone.now()
    page = render_to_string("people/export.html", {"person": person, "parts": parts, "now": now})
    data = json.dumps(
        {"made_at": now.isoformat(), "parts": parts}, ensure_ascii=False, indent=1, default=str
    )
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("my-data.html", page)
        archive.writestr("my-data.json", data)
    content.seek(0)
    job.keep(content, f"my-data-{person.employee_no}.zip")
