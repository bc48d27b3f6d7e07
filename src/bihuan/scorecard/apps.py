from django.apps import AppConfig


class ScorecardConfig(AppConfig):
    name = "bihuan.scorecard"
    label = "scorecard"
    verbose_name = "考核"
