import re

from django.conf import settings

from journal.verbs import declared


def test_every_verb_that_is_recorded_has_its_sentence():
    written = {
        verb
        for app in settings.LOCAL_APPS
        for path in (settings.BASE_DIR / app).rglob("*.py")
        for verb in re.findall(r'record\(\s*"([a-z]+\.[a-z_]+)"', path.read_text())
    }

    assert written - declared() == set()
