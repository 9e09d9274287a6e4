"""All addresses of the product; each says who may call it (accounts.policies)."""

from django.contrib import admin
from django.urls import include, path

from accounts.policies import anybody, operators
from config import observers
from config.api import api

urlpatterns = [
    path("", include("pipeline.urls")),
    path("", include("accounts.urls")),
    path("api/v1/", api.urls),
    path("admin/", admin.site.urls),
    path(observers.HEALTH_PATH.removeprefix("/"), anybody(observers.health), name="health"),
    path("metrics", operators(observers.metrics), name="metrics"),
]

handler400 = "config.errors.bad_request"
handler403 = "config.errors.permission_denied"
handler404 = "config.errors.not_found"
handler500 = "config.errors.server_error"
