from django.apps import AppConfig


class DeclaredConfig(AppConfig):
    name = "bihuan.loop.declared"
    label = "declared"
