"""Historic model workers from the demo data: public facts only, each with source and confidence.

No portraits. Of a person whose death is not verified only the facts of 1949 to 1952 are kept, and
no dates of life.
"""

import json
import re
from pathlib import Path
from typing import Any

from django.db import transaction
from django.utils.text import slugify

from people.models import Figure, Honor
from people.states import HonorLevel, HonorState

DATA = Path(__file__).parent / "demo_data" / "model_workers.json"

_YEAR = re.compile(r"(?<!\d)(1[89]\d\d|20\d\d)(?=年|-|）)")
_TITLE = re.compile(r"全国(?:劳动模范|先进生产者|先进工作者)|北京市劳动模范")
# words by which a source only summarizes, or says that the year is not proved
_UNCERTAIN = ("表述", "未核")
_PUBLIC_YEARS = range(1949, 1953)
_GROUPS = ("workplace", "deeds", "methods", "honours")


def _years(text: str) -> list[int]:
    return [int(year) for year in _YEAR.findall(text)]


def _kept(person: dict[str, Any], facts: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """All facts of the dead; of others only what is dated within the public years."""
    if person["life_status"] == "deceased":
        return facts
    return [
        fact
        for fact in facts
        if (years := _years(fact["zh"])) and all(year in _PUBLIC_YEARS for year in years)
    ]


def _lifetime(person: dict[str, Any]) -> str:
    """Years of birth and death, or nothing."""
    if person["life_status"] != "deceased" or not (person["born"] and person["died"]):
        return ""
    ends = [re.search(r"\d{4}", person[end]["zh"]) for end in ("born", "died")]
    return "–".join(end.group() for end in ends if end)


def honors_in(facts: list[dict[str, Any]]) -> list[tuple[int | None, str, str, str]]:
    """(year, title, level, source) of the titles of honor that the facts state for certain."""
    found: dict[tuple[int | None, str], tuple[str, str]] = {}
    for fact in facts:
        title = _TITLE.search(fact["zh"])
        if title is None or any(word in fact["zh"] for word in _UNCERTAIN):
            continue
        name = title.group()
        national = name.startswith("全国")
        level = HonorLevel.NATIONAL if national else HonorLevel.PROVINCIAL
        years: list[int | None] = [*_years(fact["zh"])]
        for year in years or [None]:
            found.setdefault((year, name), (level, fact["source"]))
    dated = {name for year, name in found if year}
    # a title without a year adds nothing beside the same title with one
    return sorted(
        ((y, n, *rest) for (y, n), rest in found.items() if y or n not in dated),
        key=lambda honor: honor[0] or 0,
    )


def _facts(person: dict[str, Any]) -> dict[str, Any]:
    groups = {group: _kept(person, person[group]) for group in _GROUPS}
    dead = person["life_status"] == "deceased"
    return {
        **groups,
        "life": [person[end] for end in ("born", "died") if dead and person[end]],
        "quote": person["quote"],
        # what is not known about a life is nobody's business but the editor's
        "discrepancies": [
            part
            for words in person["discrepancies"]
            for part in re.split("[；。]", words)
            if part and "在世" not in part
        ],
        "training_use": person["training_use_zh"],
    }


@transaction.atomic
def load_figures(path: Path = DATA) -> int:
    """Add or refresh the historic model workers; run twice, it changes nothing more."""
    data = json.loads(path.read_text(encoding="utf-8"))
    for person in data["people"]:
        figure, _new = Figure.objects.update_or_create(
            slug=slugify(person["name_en"]),
            defaults={
                "name": person["name_zh"],
                "name_en": person["name_en"],
                "epithet": person["epithet_zh"],
                "trade": person["trade_zh"],
                "lifetime": _lifetime(person),
                "facts": _facts(person),
                "display_rule": data["_display_rule_zh"],
                "is_demo": True,
            },
        )
        figure.honors.all().delete()
        for year, title, level, source in honors_in(_kept(person, person["honours"])):
            Honor.objects.create(
                figure=figure, title=title, level=level, year=year,
                evidence=source[:200], state=HonorState.AWARDED,
            )  # fmt: skip
    return len(data["people"])


@transaction.atomic
def remove_figures() -> int:
    """Take the demo figures away again; figures entered otherwise stay."""
    figures = Figure.objects.filter(is_demo=True)
    Honor.objects.filter(figure__in=figures).delete()
    return figures.delete()[0]
