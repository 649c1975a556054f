"""The environment we run in; ``docs/settings.md`` explains every name asked for here."""

from pathlib import Path

import environ

BASE_DIR = Path(__file__).resolve().parent.parent
VAR_DIR = Path(environ.Env().str("VAR_DIR", default=str(BASE_DIR / "var")))

env = environ.Env()
# written once by `make setup`, so that no key is ever a default in the code
environ.Env.read_env(VAR_DIR / "secrets.env")
