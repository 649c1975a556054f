"""A reminder that is due for everybody, since a minute ago and for ever."""

from django.contrib.auth import get_user_model

from notices.kinds import Due, Reminder


class Everybody(Reminder):
    slug = "tests.everybody"
    label = "明天上课"
    # goes out at any hour, so that the test passes at night
    urgent = True

    def due(self, now):
        for user in get_user_model().objects.order_by("pk"):
            yield Due(to=user, about=user, key="day-1", title="明天 8:00 上课", url="/me/")
