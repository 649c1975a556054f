from people.models.consent import Consent, DataRequest, PrivacyNotice
from people.models.grants import Grant
from people.models.honors import Figure, Honor
from people.models.placements import Placement, Post
from people.models.signin import PasswordMemory, ResetCode, SignInFailure
from people.models.units import Unit
from people.models.users import User

__all__ = [
    "Consent",
    "DataRequest",
    "Figure",
    "Grant",
    "Honor",
    "PasswordMemory",
    "Placement",
    "Post",
    "PrivacyNotice",
    "ResetCode",
    "SignInFailure",
    "Unit",
    "User",
]
