from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules
from django.utils.translation import gettext_lazy as _


class JournalConfig(AppConfig):
    name = "journal"
    verbose_name = _("Journal")

    def ready(self) -> None:
        # each app's sentences, listeners and kinds of long work announce themselves on import
        autodiscover_modules("verbs", "reactions", "work")
