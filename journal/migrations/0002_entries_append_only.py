from django.db import migrations

from kit.migrations import PostgresOnly


class Migration(migrations.Migration):
    dependencies = [("journal", "0001_initial")]

    operations = [
        PostgresOnly(
            """
            CREATE FUNCTION journal_entry_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN
                RAISE EXCEPTION 'journal entries are never changed or removed';
            END $$;
            CREATE TRIGGER journal_entry_append_only
                BEFORE UPDATE OR DELETE ON journal_entry
                FOR EACH ROW EXECUTE FUNCTION journal_entry_append_only();
            """,
            """
            DROP TRIGGER journal_entry_append_only ON journal_entry;
            DROP FUNCTION journal_entry_append_only();
            """,
        ),
    ]
