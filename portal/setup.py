"""What `make setup` does in Python: keys once, and the translations compiled when they changed."""

import os
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from portal.keys import fresh_keys

BASE_DIR = Path(__file__).resolve().parent.parent


def write_keys(var: Path) -> bool:
    """Once for this checkout and never changed, or what FIELD_KEYS encrypted would be lost."""
    path = var / "secrets.env"
    if path.exists():
        return False
    var.mkdir(parents=True, exist_ok=True)
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w") as file:
        file.write(fresh_keys())
    return True


def compile_messages(locale: Path = BASE_DIR / "locale") -> list[Path]:
    """Without GNU gettext, which a plain machine lacks. Returns what was written."""
    written = []
    for po in sorted(locale.glob("*/LC_MESSAGES/*.po")):
        mo = po.with_suffix(".mo")
        if mo.exists() and mo.stat().st_mtime >= po.stat().st_mtime:
            continue
        with po.open("rb") as source:
            catalog = read_po(source, locale=po.parts[-3])
        fresh = mo.with_suffix(".mo.new")
        with fresh.open("wb") as target:
            write_mo(target, catalog)
        fresh.replace(mo)  # a running portal never reads half a catalog
        written.append(mo)
    return written


if __name__ == "__main__":
    write_keys(Path(os.environ.get("VAR_DIR") or BASE_DIR / "var"))
    compile_messages()
