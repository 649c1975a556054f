from django.db import migrations

from kit.search import search_index


class Migration(migrations.Migration):
    dependencies = [("people", "0001_initial")]

    operations = [search_index("people_user")]
