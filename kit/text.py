"""Text as people type it, brought to one form."""

import unicodedata

_DOTS = str.maketrans({"•": "·", "‧": "·", "・": "·", "．": ".", "\u200b": "", "\ufeff": ""})


def tidy(value: str) -> str:
    """Full-width letters, digits and blanks become ordinary; outer and doubled blanks go.

    Chinese punctuation that NFKC would turn into ASCII, such as the full-width comma, is turned
    too: what is typed into a cell is compared, not printed.
    """
    # the middle dots first: NFKC would turn "・" into nothing better
    text = unicodedata.normalize("NFKC", value.translate(_DOTS)).translate(_DOTS)
    return " ".join(text.split())


def mask(value: str, *, head: int = 3, tail: int = 4) -> str:
    """Keep the ends and star the middle: 13812345678 becomes 138****5678."""
    if len(value) <= head + tail:
        return "*" * len(value)
    return f"{value[:head]}{'*' * (len(value) - head - tail)}{value[-tail:]}"
