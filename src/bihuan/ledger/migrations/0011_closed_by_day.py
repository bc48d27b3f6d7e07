from django.db import migrations

from bihuan.ledger.derived import refill


def fill(apps, editor):
    """Closed records are tallied by the day on which they were closed."""
    for ledger in apps.get_model("ledger", "Ledger").objects.values_list("pk", flat=True):
        refill(ledger)


class Migration(migrations.Migration):

    dependencies = [
        ('ledger', '0010_unmask_roles'),
    ]

    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
