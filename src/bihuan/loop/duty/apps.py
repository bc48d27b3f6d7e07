from django.apps import AppConfig


class DutyConfig(AppConfig):
    name = "bihuan.loop.duty"
    label = "duty"
