"""Finding Chinese text: two characters in the middle of a sentence, pinyin, initials, numbers.

Every searchable row stores its terms, made by ``terms_of``: bigrams of Chinese runs, words and
numbers as they are, and the pinyin given. A query asks for all of its own terms, each as a
prefix. On PostgreSQL an expression index answers (``search_index``); on SQLite the same terms are
looked for by LIKE.
"""

import re
from collections.abc import Iterable
from typing import TypeVar

from django.db import connections, models
from django.db.migrations.operations.base import Operation
from django.db.models import F, Func, Q, TextField, Value
from django.db.models.functions import Concat

from kit.migrations import PostgresOnly
from kit.text import tidy

CJK = r"\u3007\u3400-\u4dbf\u4e00-\u9fff\U00020000-\U0002ebef"
_RUNS = re.compile(rf"[{CJK}]+|[^\W_{CJK}]+")
_CJK = re.compile(rf"[{CJK}]")

Rows = TypeVar("Rows", bound="models.QuerySet[models.Model]")


def _runs(text: str) -> list[str]:
    return _RUNS.findall(tidy(text).lower())


def terms_of(*texts: str, sounds: Iterable[str] = ()) -> str:
    """The terms to store for ``texts``, separated by single blanks.

    ``sounds`` are syllables of the pinyin; they are stored joined, and as initials.
    """
    terms: dict[str, None] = {}
    for text in texts:
        for run in _runs(text):
            if _CJK.match(run):
                terms.update(dict.fromkeys(run[i : i + 2] for i in range(len(run))))
            else:
                terms[run] = None
    syllables = list(sounds)
    if syllables:
        terms["".join(syllables)] = None
        terms["".join(s[0] for s in syllables)] = None
        if len(syllables) > 1:  # the given name alone
            terms["".join(syllables[1:])] = None
    return " ".join(terms)


def query_terms(query: str) -> list[str]:
    """What all must be found, each as the beginning of a stored term."""
    terms: dict[str, None] = {}
    for run in _runs(query):
        if _CJK.match(run) and len(run) > 1:
            terms.update(dict.fromkeys(run[i : i + 2] for i in range(len(run) - 1)))
        else:
            terms[run] = None
    return list(terms)


class _Holds(Func):
    """Whether the terms stored in a field answer a tsquery; also inside a subquery."""

    # the field, then the query: Func puts the joiner between them
    template = "array_to_tsvector(string_to_array(%(expressions)s::tsquery"
    arg_joiner = ", ' ')) @@ "
    output_field = models.BooleanField()


def matching(rows: Rows, query: str, *, field: str = "search_terms") -> Rows:
    """Keep the rows that hold every term of ``query``; a query without terms finds nothing."""
    terms = query_terms(query)
    if not terms:
        return rows.none()
    if connections[rows.db].vendor == "postgresql":
        wanted = " & ".join("'{}':*".format(t.replace("'", "''")) for t in terms)
        return rows.alias(found=_Holds(F(field), Value(wanted))).filter(found=True)
    spaced = rows.alias(spaced=Concat(Value(" "), F(field), output_field=TextField()))
    found = Q()
    for term in terms:
        found &= Q(spaced__contains=f" {term}")
    return spaced.filter(found)


def search_index(table: str, *, field: str = "search_terms") -> Operation:
    """A migration operation: the index by which PostgreSQL answers ``matching``."""
    name = f"{table}_{field}_gin"
    return PostgresOnly(
        f'CREATE INDEX "{name}" ON "{table}" USING gin '
        f"(array_to_tsvector(string_to_array(\"{field}\", ' ')))",
        f'DROP INDEX "{name}"',
    )
