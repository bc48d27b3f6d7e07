from django.apps import AppConfig


class FormConfig(AppConfig):
    name = "bihuan.form"
    label = "form"
    verbose_name = "上级表"
