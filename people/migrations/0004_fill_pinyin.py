from django.db import migrations

from kit.pinyin import name_syllables


def fill(apps, _editor):
    """The people who are there already get their pinyin, a thousand at a time."""
    User = apps.get_model("people", "User")
    batch = []
    for person in User.objects.filter(pinyin="").only("name").iterator(chunk_size=1000):
        person.pinyin = " ".join([*name_syllables(person.name), person.name.lower()])[:200]
        batch.append(person)
    User.objects.bulk_update(batch, ["pinyin"], batch_size=1000)


class Migration(migrations.Migration):
    dependencies = [("people", "0003_list_orders")]

    operations = [migrations.RunPython(fill, migrations.RunPython.noop, elidable=True)]
