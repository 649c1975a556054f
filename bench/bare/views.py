from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from bench.bare.models import Item


def items(request: HttpRequest) -> HttpResponse:
    """A session that is read, one indexed query, twenty rows."""
    who = request.session.get("who", "")
    rows = Item.objects.filter(number__gte=2000).order_by("number")[:20]
    return render(request, "bare.html", {"who": who, "rows": rows})
