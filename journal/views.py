import mimetypes
from typing import TYPE_CHECKING

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from journal.events import record
from journal.filters import AuditFilter, ExportReason
from journal.jobs import cancel, start
from journal.models import Job
from journal.rules import audit_of, may_cancel_job, may_read_audit
from journal.work import AUDIT_EXPORT
from kit.states import IllegalMove

if TYPE_CHECKING:
    from people.access import Request


@require_safe
def job_list(request: "Request") -> HttpResponse:
    jobs = Job.objects.visible_to(request.user).order_by("-created_at", "-pk")
    page = Paginator(jobs, 20).get_page(request.GET.get("page"))
    return render(request, "journal/job_list.html", {"page": page, "now": timezone.now()})


@require_safe
def job_detail(request: "Request", pk: int) -> HttpResponse:
    """The page of one job; htmx asks for the row alone, every two seconds while it runs."""
    job = get_object_or_404(Job.objects.visible_to(request.user), pk=pk)
    left = job.seconds_left(timezone.now())
    template = "journal/_job.html" if request.headers.get("HX-Request") else "journal/job.html"
    return render(request, template, {"job": job, "seconds_left": left})


@require_POST
def job_cancel(request: "Request", pk: int) -> HttpResponse:
    job = get_object_or_404(Job.objects.visible_to(request.user), pk=pk)
    if not may_cancel_job(request.user, job):
        messages.error(request, _("The task is already over."))
    else:
        try:
            cancel(job, by=request.user)
        except IllegalMove:
            messages.error(request, _("The task ended just before."))
        else:
            messages.success(request, _("Cancelled."))
    return redirect("journal:job", pk=job.pk)


@require_safe
def job_file(request: "Request", pk: int) -> HttpResponse | FileResponse:
    """The file of a finished job, for its owner; each download is in the audit log."""
    job = get_object_or_404(Job.objects.visible_to(request.user), pk=pk)
    if not job.file:
        raise Http404
    record("journal.file_downloaded", job, actor=request.user, file=job.file_name)
    kind = mimetypes.guess_type(job.file_name)[0] or "application/octet-stream"
    return FileResponse(
        job.file.open("rb"), as_attachment=True, filename=job.file_name, content_type=kind
    )


@require_safe
def audit(request: "Request") -> HttpResponse:
    if not may_read_audit(request.user):
        raise PermissionDenied
    form = AuditFilter(request.GET)
    entries = form.narrow(audit_of(request.user)).for_list().order_by("-at", "-pk")
    page = Paginator(entries, 50).get_page(request.GET.get("page"))
    context = {"form": form, "page": page, "reason": ExportReason()}
    template = "journal/_audit.html" if request.headers.get("HX-Request") else "journal/audit.html"
    return render(request, template, context)


@require_POST
def audit_export(request: "Request") -> HttpResponse:
    """Start the export of what the filter shows; the reason is part of the record."""
    if not may_read_audit(request.user):
        raise PermissionDenied
    reason = ExportReason(request.POST)
    if not reason.is_valid():
        form = AuditFilter(request.GET)
        entries = form.narrow(audit_of(request.user)).for_list().order_by("-at", "-pk")
        page = Paginator(entries, 50).get_page(1)
        context = {"form": form, "page": page, "reason": reason}
        return render(request, "journal/audit.html", context, status=422)
    job = start(AUDIT_EXPORT, owner=request.user, query=request.GET.urlencode())
    record("journal.audit_exported", job, actor=request.user, reason=reason.cleaned_data["reason"])
    return redirect("journal:job", pk=job.pk)
