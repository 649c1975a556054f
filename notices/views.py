from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from notices.access import Request
from notices.forms import ChoicesForm, QuietForm
from notices.models import Notice, QuietHours
from notices.services import mark_all_read, mark_read, save_settings

PAGE = 20


@require_safe
def inbox(request: Request) -> HttpResponse:
    """All my messages, newest first, or only the unread ones."""
    mine = Notice.objects.visible_to(request.user)
    only_unread = request.GET.get("show") == "unread"
    rows = (mine.unread() if only_unread else mine).for_list()
    page = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    unread_count = page.paginator.count if only_unread else mine.unread().count()
    context = {"page": page, "only_unread": only_unread, "unread_count": unread_count}
    template = "notices/_rows.html" if request.headers.get("HX-Request") else "notices/inbox.html"
    return render(request, template, context)


@require_safe
def open_notice(request: Request, pk: int) -> HttpResponse:
    """Where a message leads. Going there means that it was read; a HEAD only asks."""
    notice = get_object_or_404(Notice.objects.visible_to(request.user), pk=pk)
    if request.method == "GET":
        mark_read(notice)
    ours = url_has_allowed_host_and_scheme(
        notice.url, {request.get_host()}, require_https=request.is_secure()
    )
    if notice.url and ours:
        return redirect(notice.url)
    return render(request, "notices/notice.html", {"notice": notice})


@require_POST
def read_all(request: Request) -> HttpResponse:
    count = mark_all_read(request.user)
    words = ngettext("{n} message marked as read.", "{n} messages marked as read.", count)
    messages.success(request, words.format(n=count) if count else _("All were read already."))
    return redirect("notices:inbox")


@require_http_methods(["GET", "HEAD", "POST"])
def settings(request: Request) -> HttpResponse:
    """Which kinds come which way, and when not."""
    user = request.user
    hours = QuietHours.objects.filter(user=user).first() or QuietHours(user=user)
    data = request.POST if request.method == "POST" else None
    choices, quiet = ChoicesForm(data, user=user), QuietForm(data, instance=hours)
    if data is not None and choices.is_valid() and quiet.is_valid():
        save_settings(user, choices=choices.choices(), quiet=quiet.save(commit=False))
        messages.success(request, _("Saved."))
        return redirect("notices:settings")
    context = {"choices": choices, "form": quiet}
    status = 422 if quiet.errors else 200
    return render(request, "notices/settings.html", context, status=status)
