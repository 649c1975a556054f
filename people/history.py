"""What the journal says about a person, as far as the desk needs it: no sign-ins, no addresses."""

from django.contrib.contenttypes.models import ContentType
from django.db.models import Q

from journal.models import Entry, EntryQuerySet
from people.models import Honor, User

# beginnings of the verbs a reader of the roster may see; sign-in stays with the administrators
TOLD = (
    "people.person_",
    "people.phone_",
    "people.honor_",
    "people.code_issued",
    "people.contact_",
    "people.consent_",
    "people.role_",
    "people.grant_",
)


def history_of(person: User) -> EntryQuerySet:
    """Entries about the person and his honors, newest first."""
    kinds = ContentType.objects.get_for_models(User, Honor)
    honors = list(person.honors.values_list("pk", flat=True))
    about = Q(subject_type=kinds[User], subject_id=person.pk) | Q(
        subject_type=kinds[Honor], subject_id__in=honors
    )
    told = Q()
    for beginning in TOLD:
        told |= Q(verb__startswith=beginning)
    return Entry.objects.filter(about, told).for_list().order_by("-at", "-pk")
