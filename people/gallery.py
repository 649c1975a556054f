"""Pages for everybody: historic model workers, and the honors of the own enterprise."""

from collections import defaultdict

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_GET

from kit.text import mask
from kit.trees import STEP
from people.access import Request
from people.models import Figure, Honor
from people.states import HonorState

PAGE = 50
# the order in which the facts and their sources are listed
TOLD = ("life", "workplace", "deeds", "methods", "honours")


def valid_honors(figures: list[Figure]) -> dict[int, list[Honor]]:
    """The valid honors of these figures by figure, oldest first, in one query."""
    found: dict[int, list[Honor]] = defaultdict(list)
    for honor in Honor.objects.valid().filter(figure__in=figures).order_by("year", "pk"):
        found[honor.figure_id or 0].append(honor)
    return found


def _ended(facts: list[dict[str, str]]) -> list[dict[str, str]]:
    """Facts as sentences of a story: the Chinese text gets its full stop."""
    return [
        {**fact, "zh": fact["zh"] if fact["zh"].endswith(("。", "”", "！")) else f"{fact['zh']}。"}
        for fact in facts
    ]


@require_GET
def figure_list(request: Request) -> HttpResponse:
    page = Paginator(Figure.objects.order_by("pk"), PAGE).get_page(request.GET.get("page"))
    figures = list(page)
    honors = valid_honors(figures)
    cards = [(figure, honors[figure.pk]) for figure in figures]
    return render(request, "people/figure_list.html", {"page": page, "cards": cards})


@require_GET
def figure(request: Request, slug: str) -> HttpResponse:
    """A story put together from facts; each fact is listed below with its source."""
    figure = get_object_or_404(Figure, slug=slug)
    context = {
        "figure": figure,
        "facts": figure.facts,
        "story": [
            *_ended(figure.facts.get("workplace") or []),
            *_ended(figure.facts.get("deeds") or []),
        ],
        "rows": [fact for group in TOLD for fact in figure.facts.get(group) or []],
        "honors": valid_honors([figure])[figure.pk],
        "others": Figure.objects.exclude(pk=figure.pk).order_by("pk")[:4],
    }
    return render(request, "people/figure.html", context)


@require_GET
def honor_board(request: Request) -> HttpResponse:
    """Valid honors of those who agreed to be shown, and the public notices that still run."""
    unit = request.user.unit
    today = timezone.localdate()
    shown = Honor.objects.none()
    if unit:
        shown = Honor.objects.on_display(str(unit.path)[:STEP], today).for_list()
    notices = [
        (honor, mask(honor.person.employee_no, head=1, tail=2))
        for honor in shown.filter(state=HonorState.PUBLIC_NOTICE).order_by("notice_ends_on", "pk")
        if honor.person
    ]
    valid = shown.valid().order_by("-year", "-pk")
    page = Paginator(valid, PAGE).get_page(request.GET.get("page"))
    context = {"page": page, "notices": notices, "unit": unit}
    return render(request, "people/honor_board.html", context)
