"""One e-mail for one person: one notice, or several merged."""

import hashlib
from collections.abc import Sequence
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from notices.models import Delivery, Notice


def compose(rows: Sequence[Delivery], connection: BaseEmailBackend) -> EmailMessage:
    """The mail that carries these deliveries, all of one person, in that person's language."""
    user = rows[0].notice.user
    with translation.override(user.language or settings.LANGUAGE_CODE):
        notices = [row.notice for row in rows]
        return EmailMessage(
            subject=_subject(notices),
            body=_body(notices),
            to=[user.email],
            headers={"Message-ID": message_id(rows)},
            connection=connection,
        )


def message_id(rows: Sequence[Delivery]) -> str:
    """The same deliveries always make the same id, so a mail sent twice is shown once."""
    keys = ",".join(str(pk) for pk in sorted(row.pk for row in rows))
    host = urlsplit(settings.SITE_URL).hostname or "localhost"
    return f"<notice-{hashlib.sha256(keys.encode()).hexdigest()[:32]}@{host}>"


def _subject(notices: Sequence[Notice]) -> str:
    site = str(settings.SITE_NAME)
    if len(notices) == 1:
        return _("[{site}] {title}").format(site=site, title=notices[0].title)
    words = ngettext("[{site}] {n} message for you", "[{site}] {n} messages for you", len(notices))
    return words.format(site=site, n=len(notices))


def _body(notices: Sequence[Notice]) -> str:
    parts = []
    for notice in notices:
        link = settings.SITE_URL + reverse("notices:open", args=[notice.pk])
        parts.append("\n".join(line for line in (notice.title, notice.body, link) if line))
    url = settings.SITE_URL + reverse("notices:settings")
    parts.append(_("Choose which messages come by e-mail: {url}").format(url=url))
    return "\n\n".join(parts) + "\n"
