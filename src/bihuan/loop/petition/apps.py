from django.apps import AppConfig


class PetitionConfig(AppConfig):
    name = "bihuan.loop.petition"
    label = "petition"
