from django.apps import AppConfig


class DrawConfig(AppConfig):
    name = "bihuan.loop.draw"
    label = "draw"
