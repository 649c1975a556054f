"""Who may do what with people; page, API and button ask the same function."""

from django.db.models import Q

from kit.trees import within
from people.models import DataRequest, Grant, Honor, Unit, User
from people.models.consent import DataRequestQuerySet
from people.models.honors import HonorQuerySet
from people.models.units import UnitQuerySet
from people.models.users import UserQuerySet
from people.states import ROSTER_ROLES, RequestState, Role, Tree

# who keeps the roster and the units, and who decides about honors
KEEPERS = (Role.UNION_OFFICER, Role.HR_OFFICER)
HONOR_ROLES = (Role.UNION_OFFICER, Role.UNION_CHAIR)

# ---- the desk: roster, units, honors --------------------------------------------------------


def roster_of(user: User, *roles: str) -> UserQuerySet:
    """The people of the units over which one of these roles, else any roster role, stands."""
    mine = Q(pk__in=())
    for grant in user.current_grants:
        if grant.role in (roles or ROSTER_ROLES):
            field = "unit__path" if grant.tree == Tree.ORGANIZATION else "union_unit__path"
            mine |= within(field, grant.path)
    people: UserQuerySet = User.objects.filter(mine)
    return people


def units_of(user: User, *roles: str) -> UnitQuerySet:
    """The units that one of these roles of the person covers."""
    mine = Q(pk__in=())
    for grant in user.current_grants:
        if grant.role in roles:
            mine |= within("path", grant.path)
    return Unit.objects.filter(mine)


def honors_of(user: User) -> HonorQuerySet:
    """The honors administered by the desk the person works at."""
    mine = Q(pk__in=())
    for grant in user.current_grants:
        if grant.role in ROSTER_ROLES:
            union = grant.tree == Tree.UNION
            mine |= within("person__union_unit__path" if union else "unit__path", grant.path)
    return Honor.objects.filter(mine, person__isnull=False)


def may_open_roster(user: User) -> bool:
    return user.has_role(*ROSTER_ROLES)


def may_read_person(user: User, person: User) -> bool:
    return user.holds_over(person, *ROSTER_ROLES)


def may_add_person(user: User) -> bool:
    return user.has_role(*KEEPERS)


def may_edit_person(user: User, person: User) -> bool:
    return user.holds_over(person, *KEEPERS)


def may_see_phone(user: User, person: User) -> bool:
    """Whoever keeps the roster may look a number up; each look is written down."""
    return person.phone != "" and may_edit_person(user, person)


def may_mark_left(user: User, person: User) -> bool:
    """Nobody takes himself off the roll."""
    return person.is_active and person.pk != user.pk and may_edit_person(user, person)


def may_mark_back(user: User, person: User) -> bool:
    return not person.is_active and may_edit_person(user, person)


def may_edit_unit(user: User, unit: Unit) -> bool:
    return unit.closed_on is None and user.holds(*KEEPERS, over=unit)


def may_move_unit(user: User, unit: Unit) -> bool:
    """A root is an enterprise of its own and stays one."""
    return unit.parent_id is not None and may_edit_unit(user, unit)


def may_close_unit(user: User, unit: Unit) -> bool:
    return may_move_unit(user, unit)


def may_add_honor(user: User) -> bool:
    return user.has_role(*HONOR_ROLES)


def may_decide_honor(user: User, honor: Honor) -> bool:
    """Officer and chair decide over their units, and nobody about his own honor."""
    if honor.person is None or honor.person_id == user.pk:
        return False
    return user.holds(*HONOR_ROLES, over=honor.unit) or user.holds(
        *HONOR_ROLES, over=honor.person.union_unit
    )


# ---- sign-in, data requests, roles ----------------------------------------------------------


def may_administer_accounts(user: User) -> bool:
    return user.has_role(Role.SECADMIN)


def may_administer_account(user: User, person: User) -> bool:
    """The security administrator over the people of the own scope, never over himself."""
    return person.pk != user.pk and user.holds_over(person, Role.SECADMIN)


def may_issue_code(user: User, person: User) -> bool:
    """In person, over the counter: union and HR staff for workers, secadmin for desk staff too."""
    if person.pk == user.pk or not person.is_active:
        return False
    if user.holds_over(person, Role.SECADMIN):
        return True
    return not person.is_desk and user.holds_over(person, *KEEPERS)


def requests_of(user: User) -> DataRequestQuerySet:
    """What the people ask whose roster the person keeps; one's own requests are one's own page."""
    return DataRequest.objects.filter(user__in=roster_of(user, *KEEPERS)).exclude(user=user)


def may_open_requests(user: User) -> bool:
    return user.has_role(*KEEPERS)


def may_answer_request(user: User, request: DataRequest) -> bool:
    """Whoever keeps the person's roster, and nobody his own request."""
    return (
        request.state == RequestState.OPEN
        and request.user_id != user.pk
        and user.holds_over(request.user, *KEEPERS)
    )


def may_take_back_request(user: User, request: DataRequest) -> bool:
    return request.user_id == user.pk and request.state == RequestState.OPEN


def may_give_roles(user: User) -> bool:
    return user.has_role(Role.SECADMIN)


def may_grant(user: User, person: User, unit: Unit) -> bool:
    """Within the own scope, and nothing to oneself (等保: separated administrators)."""
    return (
        person.pk != user.pk
        and user.holds(Role.SECADMIN, over=unit)
        and user.holds_over(person, Role.SECADMIN)
    )


def may_end_grant(user: User, grant: Grant) -> bool:
    return grant.user_id != user.pk and user.holds(Role.SECADMIN, over=grant.unit)
