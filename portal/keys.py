"""Fresh keys, printed as lines for ``secrets.env`` or ``.env``: ``python -m portal.keys``.

Needs nothing but Python, so that ``make setup`` can call it before anything else works.
"""

import base64
import secrets


def fresh_keys() -> str:
    """SECRET_KEY signs sessions and links; FIELD_KEYS (Fernet) encrypts fields of persons."""
    field_key = base64.urlsafe_b64encode(secrets.token_bytes(32)).decode()
    return f"SECRET_KEY={secrets.token_urlsafe(50)}\nFIELD_KEYS={field_key}\n"


if __name__ == "__main__":
    print(fresh_keys(), end="")  # noqa: T201 -- printing is its purpose
