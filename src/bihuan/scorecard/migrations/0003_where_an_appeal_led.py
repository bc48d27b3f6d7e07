import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('scorecard', '0002_origin'),
    ]

    operations = [
        migrations.AddField(
            model_name='appeal',
            name='led_to',
            field=models.OneToOneField(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='appeal', to='scorecard.publication'),
        ),
    ]
