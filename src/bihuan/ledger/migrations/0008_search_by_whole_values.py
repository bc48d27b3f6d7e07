"""The index of searching also holds whole values: what is in it is made anew by the next `bihuan rebuild` or import."""

from typing import Any, ClassVar

from django.db import migrations


def begin_anew(apps: Any, _schema: Any) -> None:
    apps.get_model("ledger", "SearchMark").objects.update(position=0)


class Migration(migrations.Migration):
    dependencies: ClassVar = [("ledger", "0007_planned_versions")]

    operations: ClassVar = [migrations.RunPython(begin_anew, migrations.RunPython.noop)]
