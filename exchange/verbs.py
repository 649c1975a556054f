from django.utils.translation import gettext_lazy as _

from journal.verbs import declare

declare(
    {
        "exchange.uploaded": _("{who} uploaded {what}"),
        "exchange.checked": _("{what} was checked: {rows} rows, {bad} to correct"),
        "exchange.import_ordered": _("{who} had {rows} rows of {what} imported"),
        "exchange.imported": _("{what} was imported: {new} new, {changed} changed, {bad} left out"),
        "exchange.undone": _("{who} undid the import of {what}: {rows} rows, {kept} kept"),
        "exchange.discarded": _("{who} put {what} aside"),
        "exchange.bad_rows_downloaded": _("{who} downloaded the rows of {what} to correct"),
    }
)
