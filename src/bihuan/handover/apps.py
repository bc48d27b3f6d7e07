from django.apps import AppConfig


class HandoverConfig(AppConfig):
    name = "bihuan.handover"
    label = "handover"
