"""What the audit log says of messages."""

from django.utils.translation import gettext_lazy as _

from journal.verbs import declare

declare(
    {
        "notices.robot_added": _("{who} added the group robot “{what}”"),
        "notices.robot_changed": _("{who} changed the group robot “{what}”"),
        "notices.robot_on": _("{who} switched the group robot “{what}” on"),
        "notices.robot_off": _("{who} switched the group robot “{what}” off"),
        "notices.robot_tested": _("{who} sent a test message by the group robot “{what}”"),
    }
)
