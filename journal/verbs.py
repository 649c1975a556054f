"""The sentence that tells a person what an entry's verb means.

Each app declares its verbs in its ``verbs.py``; the page asks ``sentence``. A sentence names its
fields: ``{who}`` and ``{what}`` are always there, the rest comes from the entry's data.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

if TYPE_CHECKING:
    from journal.models import Entry

_sentences: dict[str, str | Promise] = {}


def declare(verbs: Mapping[str, str | Promise]) -> None:
    _sentences.update(verbs)


def declared() -> set[str]:
    return set(_sentences)


class _Fields(dict[str, object]):
    def __missing__(self, key: str) -> str:
        return "—"


def sentence(entry: "Entry") -> str:
    """The entry in words, in the reader's language; an unknown verb is shown as it is."""
    who = entry.actor_name or _("The system")
    fields = _Fields({k: _shown(v) for k, v in entry.data.items()}, who=who, what=entry.title)
    template = _sentences.get(entry.verb)
    return str(template).format_map(fields) if template else f"{who}: {entry.verb} {entry.title}"


def _shown(value: object) -> object:
    """Numbers get thousands separators; lists, for example of field labels, are translated."""
    if isinstance(value, int) and not isinstance(value, bool):
        return f"{value:,}"
    if isinstance(value, list):
        return _(", ").join(_(str(item)) for item in value if item)
    return value


declare(
    {
        "journal.job_started": gettext_lazy("{who} started “{what}”"),
        "journal.job_finished": gettext_lazy("“{what}” of {who} has ended"),
        "journal.job_cancelled": gettext_lazy("{who} cancelled “{what}”"),
        "journal.file_downloaded": gettext_lazy("{who} downloaded {file} of “{what}”"),
        "journal.audit_exported": gettext_lazy("{who} exported the audit log, reason: {reason}"),
    }
)
