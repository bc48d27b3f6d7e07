"""The list of a ledger as Django REST framework and django-filter give it: the same records, scope, masks and total."""

from typing import Any, ClassVar

import django_filters
from django.core.wsgi import get_wsgi_application
from django.urls import path

application = get_wsgi_application()

from rest_framework import generics, pagination, serializers, settings  # noqa: E402
from rest_framework.authentication import SessionAuthentication  # noqa: E402

from bihuan.ledger.models import Ledger, Record  # noqa: E402
from bihuan.ledger.rules import visible_records  # noqa: E402
from bihuan.org.actor import actor_of  # noqa: E402
from bihuan.standards.masking import mask_all  # noqa: E402

settings.api_settings.user_settings["UNAUTHENTICATED_USER"] = None


class Fifty(pagination.PageNumberPagination):
    page_size = 50


class RecordFilter(django_filters.FilterSet):
    class Meta:
        model = Record
        fields: ClassVar = ["state", "unit", "number"]


class RecordSerializer(serializers.ModelSerializer):
    unit_name = serializers.SerializerMethodField()
    data = serializers.SerializerMethodField()

    class Meta:
        model = Record
        fields: ClassVar = ["id", "number", "state", "unit", "unit_name", "opened_at", "due_at", "closed_at", "data"]

    def get_unit_name(self, record: Record) -> str:
        return self.context["view"].actor.tree.name(record.unit_id)

    def get_data(self, record: Record) -> dict[str, Any]:
        data = record.data
        return {code: mask_all(value) if code == "phone" else value for code, value in data.items()}


class Records(generics.ListAPIView):
    serializer_class = RecordSerializer
    pagination_class = Fifty
    filterset_class = RecordFilter
    authentication_classes: ClassVar = [SessionAuthentication]
    filter_backends: ClassVar = [django_filters.rest_framework.DjangoFilterBackend]
    renderer_classes: ClassVar = settings.api_settings.DEFAULT_RENDERER_CLASSES[:1]

    def get_queryset(self) -> Any:
        self.actor = actor_of(self.request.user)
        return visible_records(self.actor, Ledger.objects.get(code=self.kwargs["code"])).order_by("-id")


urlpatterns = [path("peer/<str:code>/", Records.as_view())]
