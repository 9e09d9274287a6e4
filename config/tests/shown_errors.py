"""The product's addresses and, beside them, each of its error pages: for looking at them."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path

from config.urls import urlpatterns as product

NAMES = ("400", "403", "403_csrf", "404", "405", "413", "429", "500", "503")


def show(request: HttpRequest, name: str) -> HttpResponse:
    return render(request, f"{name}.html")


urlpatterns = [path("shown/<str:name>", show), *product]
