"""Entries of the access log cannot be changed or removed: the database itself refuses."""

from django.db import migrations

from bihuan.org.access_guard import guard_statements, unguard_statements


def guard(apps, editor):
    for statement in guard_statements(editor.connection.vendor):
        editor.execute(statement)


def unguard(apps, editor):
    for statement in unguard_statements(editor.connection.vendor):
        editor.execute(statement)


class Migration(migrations.Migration):
    dependencies = [("org", "0003_access_log")]
    operations = [migrations.RunPython(guard, unguard)]
