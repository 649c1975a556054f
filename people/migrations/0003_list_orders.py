from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("people", "0002_search_index")]

    operations = [
        migrations.AddField(
            model_name="user",
            name="pinyin",
            field=models.CharField(default="", editable=False, max_length=200),
        ),
        migrations.AddIndex(
            model_name="honor",
            index=models.Index(fields=["-year", "-id"], name="honor_year"),
        ),
        migrations.AddIndex(
            model_name="user",
            index=models.Index(fields=["pinyin", "employee_no"], name="user_pinyin"),
        ),
        migrations.AddIndex(
            model_name="user",
            index=models.Index(fields=["hired_on", "employee_no"], name="user_hired_on"),
        ),
        migrations.AddIndex(
            model_name="user",
            index=models.Index(fields=["trade"], name="user_trade"),
        ),
    ]
