"""Settings that administrators change while the product runs: declared here, kept as revisions.

Each app declares its parameters in ``AppConfig.ready()``: kind, default, bounds. The newest
revision of a parameter counts, or its default where there is none. What counts is cached
(operations.cache) and forgotten at each change, so that a change counts from then on everywhere.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib.auth.base_user import AbstractBaseUser
from django.db import IntegrityError, transaction
from django.db.models import OuterRef, Subquery

from operations import cache
from operations.models import RuntimeConfig

CACHE_KEY = "runtime-config"
WORDS = {"on": True, "off": False}
MEANWHILE = "{name} was changed by somebody else just now. Look again."


class InvalidValue(ValueError):
    """The text is no value of the parameter; ``str(error)`` says what would be."""


class ChangedMeanwhile(InvalidValue):
    """Somebody else was faster: the change answers to what no longer counts."""


class UnknownParameter(LookupError):
    """No app declared a parameter of this name."""


@dataclass(frozen=True)
class Parameter:
    """One setting: a whole number within bounds (both included), or on and off.

    ``help`` says in one or two sentences what it does, with the unit of a number.
    """

    name: str
    default: int | bool
    help: str
    minimum: int = 0
    maximum: int = 2**31 - 1

    @property
    def is_switch(self) -> bool:
        return isinstance(self.default, bool)

    def parse(self, text: str) -> int | bool:
        """The value that a person wrote. Raises InvalidValue."""
        word = text.strip().lower()
        if self.is_switch:
            if word not in WORDS:
                raise InvalidValue(f"{self.name} is on or off.")
            return WORDS[word]
        if not word.isascii() or not word.isdecimal() or len(word) > 10:
            raise InvalidValue(f"{self.name} is a whole number.")
        if not self.minimum <= int(word) <= self.maximum:
            raise InvalidValue(f"{self.name} is between {self.minimum} and {self.maximum}.")
        return int(word)

    def spell(self, value: int | bool) -> str:
        """A value as people write it."""
        return ("on" if value else "off") if self.is_switch else str(value)

    @staticmethod
    def spoken(value: int | bool) -> str:
        """What a program sent, as people would have written it, whatever the parameter takes."""
        return ("on" if value else "off") if isinstance(value, bool) else str(value)


_declared: dict[str, Parameter] = {}


def declare(parameter: Parameter) -> None:
    """Make a parameter known; for ``AppConfig.ready``."""
    _declared[parameter.name] = parameter


def parameters() -> list[Parameter]:
    """Everything that can be set, by name."""
    return sorted(_declared.values(), key=lambda parameter: parameter.name)


def parameter(name: str) -> Parameter:
    """The declared parameter of this name. Raises UnknownParameter."""
    try:
        return _declared[name]
    except KeyError:
        raise UnknownParameter(f"There is no parameter named {name}.") from None


def number(name: str) -> int:
    """What counts now for a parameter that is a number."""
    return int(value(name))


def switch(name: str) -> bool:
    """What counts now for a parameter that is on or off."""
    return bool(value(name))


def value(name: str) -> int | bool:
    """What counts now: the newest revision's value, or the default. Raises UnknownParameter."""
    known = parameter(name)
    set_values: dict[str, int | bool] = cache.cached(CACHE_KEY, _load)
    return set_values.get(name, known.default)


@dataclass(frozen=True)
class Standing:
    """A parameter and its newest revision; None while nobody changed it."""

    parameter: Parameter
    newest: RuntimeConfig | None

    @property
    def value(self) -> int | bool:
        return self.newest.value if self.newest else self.parameter.default

    @property
    def revision(self) -> int:
        """Number of the newest revision; 0 while there is none."""
        return self.newest.revision if self.newest else 0


def standings() -> list[Standing]:
    """Every declared parameter with what counts now, read from the database."""
    of_name = RuntimeConfig.objects.filter(name=OuterRef("name")).order_by("-revision")
    newest = RuntimeConfig.objects.filter(revision=Subquery(of_name.values("revision")[:1]))
    found = {row.name: row for row in newest.select_related("created_by")}
    return [Standing(known, found.get(known.name)) for known in parameters()]


def standing(name: str) -> Standing:
    """What counts now for one parameter, read from the database. Raises UnknownParameter."""
    known = parameter(name)
    return Standing(known, RuntimeConfig.objects.filter(name=name).order_by("-revision").first())


def change(
    name: str,
    text: str,
    *,
    by: AbstractBaseUser | None = None,
    reason: str = "",
    seen: int | None = None,
) -> RuntimeConfig:
    """Let another value count from now on, as a new revision.

    ``seen`` is the revision that the change answers to; it is refused if a newer one stands.
    Raises UnknownParameter, InvalidValue or, if somebody was faster, ChangedMeanwhile; then
    nothing was changed.
    """
    now = standing(name)
    chosen = now.parameter.parse(text)
    if seen is not None and seen != now.revision:
        raise ChangedMeanwhile(MEANWHILE.format(name=name))
    if chosen == now.value:
        raise InvalidValue(f"{name} is {now.parameter.spell(now.value)} already.")
    revision = RuntimeConfig(
        name=name,
        revision=now.revision + 1,
        value=chosen,
        before=now.value,
        reason=reason,
        created_by_id=by.pk if by else None,
    )
    _add(revision)
    return revision


def _add(revision: RuntimeConfig) -> None:
    try:
        with transaction.atomic():
            revision.save(force_insert=True)
            transaction.on_commit(forget)
    except IntegrityError:
        raise ChangedMeanwhile(MEANWHILE.format(name=revision.name)) from None


def forget() -> None:
    """Read the revisions anew at the next look, in every process."""
    cache.forget(CACHE_KEY)


def _load() -> dict[str, int | bool]:
    """The newest value of each name: the last one read wins."""
    return dict(RuntimeConfig.objects.order_by("revision").values_list("name", "value"))
