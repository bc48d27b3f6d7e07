from django.apps import AppConfig


class FigureConfig(AppConfig):
    name = "bihuan.figure"
    label = "figure"
    verbose_name = "指标"
