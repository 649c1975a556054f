import datetime as dt

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from kit.states import Moves


class Channel(TextChoices):
    """The ways out of the house. The inbox is not among them: it always holds the notice."""

    EMAIL = "email", _("By e-mail")
    ROBOT = "robot", _("In the group")


class Vendor(TextChoices):
    WECOM = "wecom", _("WeCom")
    DINGTALK = "dingtalk", _("DingTalk")
    FEISHU = "feishu", _("Feishu")


class DeliveryState(TextChoices):
    SCHEDULED = "scheduled", _("waiting")
    SENDING = "sending", _("being sent")
    SENT = "sent", _("sent")
    FAILED = "failed", _("failed")
    DROPPED = "dropped", _("not needed any more")


DELIVERY_MOVES = Moves(
    {
        DeliveryState.SCHEDULED: [DeliveryState.SENDING],
        # back to scheduled: the vendor said no or later, or the worker died
        DeliveryState.SENDING: [
            DeliveryState.SCHEDULED,
            DeliveryState.SENT,
            DeliveryState.FAILED,
            DeliveryState.DROPPED,
        ],
    }
)

# by local time; a person may set other hours
QUIET_FROM, QUIET_UNTIL = dt.time(21, 30), dt.time(7, 0)
