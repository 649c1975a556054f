import pytest
from django.utils import timezone

from people.middleware import SEEN
from people.models import Consent, PrivacyNotice
from people.states import ConsentKind, Role, UnitLevel
from tests.factories import GrantFactory, UnitFactory, UserFactory


@pytest.fixture
def company(db):
    """One enterprise: a company with a workshop and a team."""
    return UnitFactory(name="总公司", level=UnitLevel.COMPANY)


@pytest.fixture
def workshop(company):
    return UnitFactory(name="总装一车间", parent=company)


@pytest.fixture
def other_company(db):
    """Another enterprise, whose people must see nothing of the first."""
    return UnitFactory(name="兄弟公司", level=UnitLevel.COMPANY)


@pytest.fixture
def employee(workshop):
    return UserFactory(name="学员001", unit=workshop)


@pytest.fixture
def colleague(workshop):
    return UserFactory(name="学员002", unit=workshop)


@pytest.fixture
def officer(company):
    """The union training officer of the company."""
    return GrantFactory(user__name="工会教育干事", user__unit=company, unit=company).user


@pytest.fixture
def stranger(other_company):
    """The union training officer of another enterprise."""
    return GrantFactory(user__name="外单位干事", user__unit=other_company, unit=other_company).user


def _post_holder(role, company):
    return GrantFactory(user__name=str(role), user__unit=company, role=role, unit=company).user


@pytest.fixture
def secadmin(company):
    return _post_holder(Role.SECADMIN, company)


@pytest.fixture
def sysadmin(company):
    return _post_holder(Role.SYSADMIN, company)


@pytest.fixture
def logadmin(company):
    return _post_holder(Role.LOGADMIN, company)


@pytest.fixture
def as_user(client):
    """Sign a person in past the first steps (privacy notice read, two-step sign-in set aside)."""

    def login(user):
        notice = PrivacyNotice.objects.order_by("-version").first()
        if notice:
            Consent.objects.get_or_create(
                user=user, kind=ConsentKind.PRIVACY_NOTICE, version=notice.version,
                withdrawn_at=None,
            )  # fmt: skip
        client.force_login(user)
        session = client.session
        session[SEEN] = int(timezone.now().timestamp())  # the idle clock runs already
        session.save()
        return client

    return login
