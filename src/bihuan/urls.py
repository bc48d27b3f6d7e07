"""The site's addresses."""

from django.urls import include, path

from bihuan.api.entry import api

urlpatterns = [path("api/", api.urls), path("", include("bihuan.web.urls"))]
