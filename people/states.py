from django.db.models import IntegerChoices, TextChoices
from django.utils.translation import gettext_lazy as _

from kit.states import Moves


class Tree(TextChoices):
    """The two trees every person stands in (HANDBOOK U07)."""

    ORGANIZATION = "org", _("organization")
    UNION = "union", _("trade union")


class UnitLevel(TextChoices):
    GROUP = "group", _("group")
    COMPANY = "company", _("company")
    FACTORY = "factory", _("factory")
    WORKSHOP = "workshop", _("workshop or department")
    TEAM = "team", _("team")
    UNION = "union", _("union committee")
    BRANCH = "branch", _("union branch")
    UNION_GROUP = "union_group", _("union group")


class Role(TextChoices):
    """What a grant lets a person do within a unit subtree (HANDBOOK §6)."""

    TEAM_LEADER = "team_leader", _("Team leader")
    MENTOR = "mentor", _("Mentor")
    LECTURER = "lecturer", _("Lecturer")
    MODEL_WORKER = "model_worker", _("Model worker")
    COMMISSIONER = "commissioner", _("Learning commissioner")
    UNION_OFFICER = "union_officer", _("Union training officer")
    UNION_CHAIR = "union_chair", _("Union chair")
    AUDITOR = "auditor", _("Auditor")
    HR_OFFICER = "hr_officer", _("HR officer")
    JUDGE = "judge", _("Contest judge")
    REGIONAL_PARTNER = "regional_partner", _("Regional partner")
    SYSADMIN = "sysadmin", _("System administrator")
    SECADMIN = "secadmin", _("Security administrator")
    LOGADMIN = "logadmin", _("Audit administrator")


# the three posts that one person must not combine (等保 2.0; HANDBOOK §3)
ADMIN_POSTS = (Role.SYSADMIN, Role.SECADMIN, Role.LOGADMIN)
# roles that work at the desk, and therefore need two-step sign-in
DESK_ROLES = (
    Role.UNION_OFFICER,
    Role.UNION_CHAIR,
    Role.HR_OFFICER,
    Role.AUDITOR,
    *ADMIN_POSTS,
)
# roles that may see the people of their subtree; sensitive fields stay masked
ROSTER_ROLES = (Role.UNION_OFFICER, Role.UNION_CHAIR, Role.HR_OFFICER, Role.AUDITOR)


class Sex(TextChoices):
    FEMALE = "f", _("female")
    MALE = "m", _("male")


class Employment(TextChoices):
    """用工形式 of the roster."""

    CONTRACT = "contract", _("labor contract")
    DISPATCH = "dispatch", _("dispatched")
    OUTSOURCED = "outsourced", _("outsourced")
    INTERN = "intern", _("intern")
    OTHER = "other", _("other")


class Rank(IntegerChoices):
    """The eight ranks of skilled workers, named and never numbered on a page (HANDBOOK R1)."""

    APPRENTICE = 1, _("Apprentice")
    JUNIOR = 2, _("Junior worker")
    INTERMEDIATE = 3, _("Intermediate worker")
    SENIOR = 4, _("Senior worker")
    TECHNICIAN = 5, _("Technician")
    SENIOR_TECHNICIAN = 6, _("Senior technician")
    SPECIAL_TECHNICIAN = 7, _("Special-grade technician")
    CHIEF_TECHNICIAN = 8, _("Chief technician")


class PlacementKind(TextChoices):
    """类型 of the 岗位变动 template; each later opens a development node (HANDBOOK S35)."""

    ONBOARDING = "onboarding", _("onboarding")
    ROTATION = "rotation", _("rotation")
    TRANSFER = "transfer", _("transfer")
    BUSINESS_SERVICE = "business_service", _("business service")
    LEVEL_UP = "level_up", _("level-up")


class HonorLevel(TextChoices):
    """级别 of an honor (HANDBOOK R4)."""

    NATIONAL = "national", _("national")
    PROVINCIAL = "provincial", _("provincial or ministerial")
    MUNICIPAL = "municipal", _("municipal")
    DISTRICT = "district", _("district or county")
    COMPANY = "company", _("company")


class HonorState(TextChoices):
    APPLIED = "applied", _("applied for")
    PUBLIC_NOTICE = "public_notice", _("under public notice")
    AWARDED = "awarded", _("valid")
    SUSPENDED = "suspended", _("suspended")
    WITHDRAWN = "withdrawn", _("withdrawn")


HONOR_MOVES = Moves(
    {
        HonorState.APPLIED: [HonorState.PUBLIC_NOTICE, HonorState.WITHDRAWN],
        HonorState.PUBLIC_NOTICE: [HonorState.AWARDED, HonorState.WITHDRAWN],
        HonorState.AWARDED: [HonorState.SUSPENDED, HonorState.WITHDRAWN],
        HonorState.SUSPENDED: [HonorState.AWARDED, HonorState.WITHDRAWN],
    }
)


class ConsentKind(TextChoices):
    """What a person was told or asked, each for itself (HANDBOOK C02, C04, C07)."""

    PRIVACY_NOTICE = "privacy_notice", _("privacy notice")
    WALL = "wall", _("showing my name and deeds on walls, posters and public lists")
    PHOTO = "photo", _("taking and showing photos of me")
    COMMUNITY = "community", _("showing my posts to other units")
    SHARING = "sharing", _("giving my learning record to other organizations")


# acknowledged once a version; everything else is freely given and withdrawn
SEPARATE_CONSENTS = (
    ConsentKind.WALL,
    ConsentKind.PHOTO,
    ConsentKind.COMMUNITY,
    ConsentKind.SHARING,
)


class RequestKind(TextChoices):
    """What a person asks about the data we keep of him (HANDBOOK C08)."""

    CORRECTION = "correction", _("correction")
    DELETION = "deletion", _("deletion")


class RequestState(TextChoices):
    OPEN = "open", _("waiting for an answer")
    DONE = "done", _("done")
    REFUSED = "refused", _("refused")
    WITHDRAWN = "withdrawn", _("taken back")


REQUEST_MOVES = Moves(
    {RequestState.OPEN: [RequestState.DONE, RequestState.REFUSED, RequestState.WITHDRAWN]}
)
