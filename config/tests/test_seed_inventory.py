"""Nothing that the first description names is forgotten: it exists, or it is listed as missing."""

import os
from importlib import import_module
from importlib.util import find_spec

import pytest
from django.apps import apps
from django.contrib import admin
from django.urls import NoReverseMatch, reverse

from config.tests import seed_inventory as seed
from config.workshop.console import ROOT


def tables() -> set[str]:
    return {model._meta.db_table for model in apps.get_models()}


def variables() -> set[str]:
    return set(import_module(os.environ["DJANGO_SETTINGS_MODULE"]).env.declared)


def procedures() -> set[str]:
    """The operation ids of the JSON API; none while there is no API."""
    if find_spec("config.api") is None:
        return set()
    paths = import_module("config.api").api.get_openapi_schema()["paths"]
    return {operation["operationId"] for path in paths.values() for operation in path.values()}


def tabs() -> set[str]:
    return {name for name, parts in seed.TABS.items() if all(map(admin_has, parts))}


def admin_has(part: str) -> bool:
    """Whether the admin manages a table or serves a page, as in `table users`."""
    kind, name = part.split()
    if kind == "table":
        return name in {model._meta.db_table for model in admin.site._registry}
    try:
        reverse(name)
    except NoReverseMatch:
        return False
    return True


KINDS = {
    "procedures": (seed.PROCEDURES, seed.MISSING_PROCEDURES, procedures, 43),
    "tables": (seed.TABLES, seed.MISSING_TABLES, tables, 17),
    "variables": (seed.VARIABLES, seed.MISSING_VARIABLES, variables, 14),
    "tabs": (list(seed.TABS), seed.MISSING_TABS, tabs, 14),
}


@pytest.mark.parametrize("kind", KINDS)
def test_it_names_each_thing_once(kind: str) -> None:
    named, _missing, _existing, count = KINDS[kind]
    assert len(named) == len(set(named)) == count


@pytest.mark.parametrize("kind", KINDS)
def test_it_lists_as_missing_only_what_is_named(kind: str) -> None:
    named, missing, _existing, _count = KINDS[kind]
    assert set(missing) <= set(named)


@pytest.mark.parametrize("kind", KINDS)
def test_it_has_everything_that_is_not_listed_as_missing(kind: str) -> None:
    named, missing, existing, _count = KINDS[kind]
    assert set(named) - set(missing) - existing() == set()


@pytest.mark.parametrize("kind", KINDS)
def test_it_lists_nothing_as_missing_that_exists(kind: str) -> None:
    _named, missing, existing, _count = KINDS[kind]
    assert set(missing) & existing() == set()


def test_it_explains_every_variable_in_the_example_file() -> None:
    lines = (ROOT / ".env.example").read_text(encoding="utf-8").splitlines()
    explained = {line.lstrip("# ").partition("=")[0] for line in lines if "=" in line}
    assert variables() - explained == set()


def test_it_offers_no_variable_that_nothing_reads() -> None:
    lines = (ROOT / ".env.example").read_text(encoding="utf-8").splitlines()
    offered = {line[1:].partition("=")[0] for line in lines if line.startswith("#") and "=" in line}
    offered = {name for name in offered if name.isidentifier() and name.isupper()}
    assert offered - variables() - {"PORT"} == set()
