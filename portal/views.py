from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.core.cache import cache
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST, require_safe

from people.access import Request
from people.models import Honor, PrivacyNotice, User
from people.states import ADMIN_POSTS
from portal.forms import DisplayForm
from portal.home import desk_facts, figure_of_the_day, rank_context, todos_of
from portal.lookup import look_up
from portal.state import state_of_system

YEAR = 365 * 24 * 3600


@require_safe
def home(request: Request) -> HttpResponse:
    """What do I do next? One page for everybody; what one is not is left out."""
    user = request.user
    context = {
        "today": timezone.localdate(),
        "todos": todos_of(user),
        "figure": figure_of_the_day(timezone.localdate()),
        "honors": Honor.objects.filter(person=user).valid().order_by("-year"),
        "mates": User.objects.on_roll().filter(unit=user.unit_id).exclude(pk=user.pk).count()
        if user.unit_id
        else 0,
        "unit_name": user.unit.full_name() if user.unit else "",
        **rank_context(user),
    }
    return render(request, "portal/home.html", context)


@require_safe
def desk(request: Request) -> HttpResponse:
    if not request.user.is_desk:
        raise PermissionDenied
    return render(request, "portal/desk.html", {**desk_facts(request.user), "is_desk_page": True})


@require_safe
def desk_more(request: Request) -> HttpResponse:
    """Every place of the desk as a list, for phones."""
    if not request.user.is_desk:
        raise PermissionDenied
    return render(request, "portal/desk_more.html")


@require_safe
def system(request: Request) -> HttpResponse:
    if not request.user.has_role(*ADMIN_POSTS):
        raise PermissionDenied
    return render(request, "portal/system.html", {"parts": state_of_system(timezone.now())})


@require_safe
def search(request: Request) -> HttpResponse:
    query = request.GET.get("q", "")[:80]
    groups = look_up(request.user, query) if query.strip() else []
    return render(request, "portal/search.html", {"query": query, "groups": groups})


@login_not_required
@require_POST
def display(request: HttpRequest) -> HttpResponse:
    """Change language or type size, and go back to where one was."""
    form = DisplayForm(request.POST)
    if not form.is_valid():
        return HttpResponseBadRequest()
    chosen = form.cleaned_data
    target = chosen["next"]
    if not url_has_allowed_host_and_scheme(target, allowed_hosts={request.get_host()}):
        target = "/"
    response = redirect(target)
    user = request.user if request.user.is_authenticated else None
    secure = settings.BEHIND_TLS
    if chosen["language"]:
        response.set_cookie(
            settings.LANGUAGE_COOKIE_NAME, chosen["language"], YEAR, secure=secure, samesite="Lax"
        )
        if user:
            User.objects.filter(pk=user.pk).update(language=chosen["language"])
    if chosen["type"]:
        response.set_cookie("type", chosen["type"], YEAR, secure=secure, samesite="Lax")
        if user:
            User.objects.filter(pk=user.pk).update(large_type=chosen["type"] == "large")
    return response


@login_not_required
@require_safe
def help_page(request: HttpRequest) -> HttpResponse:
    return render(request, "portal/help.html")


@login_not_required
@require_safe
def privacy(request: HttpRequest) -> HttpResponse:
    """The rules page in a visible place (HANDBOOK C10): the notice in force."""
    notice = PrivacyNotice.objects.order_by("-version").first()
    return render(
        request, "portal/privacy.html", {"notice": notice, "contact": settings.PRIVACY_CONTACT}
    )


@login_not_required
@require_safe
def accessibility(request: HttpRequest) -> HttpResponse:
    return render(request, "portal/accessibility.html")


@login_not_required
@require_safe
def health(_request: HttpRequest) -> JsonResponse:
    """200 when the database answers; the cache may be away for a moment and is only told of."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    cache.set("health", "ok", 10)
    return JsonResponse({"database": "ok", "cache": cache.get("health") or "away"})
