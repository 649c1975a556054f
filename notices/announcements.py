"""The kinds of notices this floor sends itself."""

from django.utils.translation import gettext_lazy as _

from notices.kinds import Kind


class TaskFinished(Kind):
    """The page of a long task may be left; this tells that it is over (UX §4)."""

    label = _("Tasks finished")
    help = _("When an import, an export or a report you started is ready.")
    channels = ()
