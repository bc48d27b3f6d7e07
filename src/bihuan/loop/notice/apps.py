from django.apps import AppConfig


class NoticeConfig(AppConfig):
    name = "bihuan.loop.notice"
    label = "notice"
