from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("accounts", "0003_api_tokens")]
    operations = [
        migrations.AlterModelOptions(
            name="signedin",
            options={"ordering": ("-created_at",), "verbose_name": "session"},
        ),
        migrations.AlterModelOptions(
            name="apitoken",
            options={"ordering": ("-created_at", "-id"), "verbose_name": "API token"},
        ),
    ]
