"""The sentences of this app's journal entries."""

from django.utils.translation import gettext_lazy as _

from journal.verbs import declare

# ---- the desk: roster, units, honors --------------------------------------------------------

declare(
    {
        "people.person_added": _("{who} added {what} to the roster"),
        "people.person_changed": _("{who} changed {fields} of {what}"),
        "people.person_transferred": _("{who} moved {what} from {before} to {after}"),
        "people.person_left": _("{who} took {what} off the roll as of {on}"),
        "people.person_came_back": _("{who} put {what} back on the roll"),
        "people.person_placed": _("{who} entered for {what}: {post}, from {on}"),
        "people.phone_viewed": _("{who} looked up the phone number of {what}"),
        "people.roster_exported": _("{who} exported the roster, reason: {reason}"),
        "people.unit_added": _("{who} added the unit {what}"),
        "people.unit_renamed": _("{who} renamed the unit {before} to {what}"),
        "people.unit_moved": _("{who} moved the unit {what} from {before} to {after}"),
        "people.unit_closed": _("{who} closed the unit {what}"),
        "people.honor_added": _("{who} entered the honor {what}"),
        "people.honor_corrected": _("{who} completed the entry of {what} from Excel"),
        "people.placement_changed": _("{what}: {kind} from {on}, entered by {who}"),
        "people.honor_announced": _("{who} put {what} under public notice until {until}"),
        "people.honor_awarded": _("{who} confirmed the award: {what}"),
        "people.honor_suspended": _("{who} suspended {what}, reason: {opinion}"),
        "people.honor_restored": _("{who} restored {what}, reason: {opinion}"),
        "people.honor_withdrawn": _("{who} withdrew {what}, reason: {opinion}"),
    }
)

# ---- sign-in, privacy, roles ----------------------------------------------------------------

declare(
    {
        "people.signed_in": _("{who} signed in"),
        "people.signed_out": _("{who} signed out"),
        "people.signed_out_idle": _("{who} was signed out after a time without activity"),
        "people.sign_in_failed": _("A sign-in with the number {number} failed"),
        "people.locked": _("The number {number} was locked for {minutes} minutes"),
        "people.unlocked": _("{who} unlocked {what}"),
        "people.password_changed": _("{who} chose a new password"),
        "people.code_issued": _("{who} gave {what} a one-time code"),
        "people.code_used": _("{who} signed in by a one-time code"),
        "people.code_failed": _("A wrong one-time code was tried for {what}"),
        "people.sessions_ended": _("{who} ended {count} sessions of {what}"),
        "people.session_ended": _("{who} ended a session on another device"),
        "people.two_step_on": _("{who} switched two-step sign-in on"),
        "people.two_step_off": _("{who} switched two-step sign-in off"),
        "people.two_step_reset": _("{who} reset two-step sign-in of {what}"),
        "people.recovery_codes_made": _("{who} made new recovery codes"),
        "people.token_made": _("{who} made an API token beginning with {start}"),
        "people.token_revoked": _("{who} revoked the API token beginning with {start}"),
        "people.notice_read": _("{who} read the privacy notice, version {version}"),
        "people.consent_given": _("{who} agreed: {what}"),
        "people.consent_withdrawn": _("{who} withdrew: {what}"),
        "people.request_opened": _("{who} asked: {what}"),
        "people.request_taken_back": _("{who} took back: {what}"),
        "people.request_done": _("{who} answered “done”: {what}"),
        "people.request_refused": _("{who} refused {what}, reason: {answer}"),
        "people.contact_changed": _("{who} changed the own contact data"),
        "people.contact_cleared": _("Contact data of {what} were cleared after leaving"),
        "people.dormant_counted": _("{count} accounts of {what} were not used for half a year"),
        "people.role_granted": _("{who} gave a role: {what}"),
        "people.role_ended": _("{who} ended a role: {what}"),
    }
)
