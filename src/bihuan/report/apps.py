from django.apps import AppConfig


class ReportConfig(AppConfig):
    name = "bihuan.report"
    label = "report"
    verbose_name = "材料"
