"""All changes to providers: each with its entry in the provider audit log, in one transaction.

Every function takes the acting user (None for commands) and the address they came from.
"""

from __future__ import annotations

from threading import BoundedSemaphore
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from accounts.models import User
from operations import audit
from operations.secrets import Secret
from providers import audiences, checks, keys, listed
from providers.adapters import ModelInfo
from providers.changes import note as _note
from providers.models import (
    ApiProvider,
    ProviderApiKey,
    ProviderHealth,
    ProviderModel,
)
from providers.presets import presets
from providers.validators import validate_header_value

TEST_SECONDS = 20.0
# One thread of a process may wait for a slow provider; the others go on serving.
_waiting = BoundedSemaphore()
LONGEST_KEY = 4096
PROVIDER_FIELDS = (
    "name", "kind", "base_url", "auth_type", "header_name", "header_prefix", "extra_headers",
    "structured_output", "streams", "enabled", "may_receive_code", "code_from",
)  # fmt: skip
MODEL_FIELDS = ("name", "enabled", "context_window", "input_price", "output_price")


def add_provider(*, by: User | None, address: str | None, **fields: Any) -> ApiProvider:
    """Store a new provider, without a key. Raises ValidationError."""
    provider = ApiProvider(**fields)
    provider.full_clean()
    try:
        with transaction.atomic():
            provider.save()
            _note(provider, "provider.add", by, address, _values(provider, PROVIDER_FIELDS))
    except IntegrityError:  # after its name was checked
        raise ValidationError({"name": "A provider of this name was added just now."}) from None
    return provider


def add_from_preset(
    *,
    preset: str | None,
    key: Secret | None,
    fields: dict[str, Any],
    by: User | None,
    address: str | None,
) -> ApiProvider:
    """Store a provider as a preset has it, but for ``fields``, and its key; all or nothing.

    Raises ValidationError.
    """
    if preset is not None and preset not in presets():
        raise ValidationError(f"There is no preset {preset}, but {', '.join(presets())}.")
    initial = presets()[preset].initial if preset else {}
    wanted = {**initial, **fields}
    unknown = set(wanted.get("code_from", ())) - set(audiences.names())
    if unknown:
        raise ValidationError(f"There is no plan {', '.join(sorted(unknown))}.")
    with transaction.atomic():
        provider = add_provider(by=by, address=address, **wanted)
        if key is not None:
            set_key(provider=provider, key=key, by=by, address=address)
    return provider


def change_provider(
    *, provider: ApiProvider, by: User | None, address: str | None, **fields: Any
) -> ApiProvider:
    """Change the named fields. A changed origin removes the keys. Raises ValidationError."""
    with transaction.atomic():
        current = ApiProvider.objects.select_for_update().get(pk=provider.pk)
        before, old_origin = _values(current, PROVIDER_FIELDS), current.origin
        for name, value in fields.items():
            setattr(current, name, value)
        current.full_clean()
        changed = _changed(before, _values(current, PROVIDER_FIELDS))
        if set(changed) - {"name", "enabled", "may_receive_code", "code_from"}:
            current.status, current.last_error = ApiProvider.Status.UNTESTED, ""
        current.save()
        if changed:
            _note(current, "provider.change", by, address, changed)
        if current.origin != old_origin:
            _remove_keys(current, by, address, reason="the origin of the base URL changed")
    return current


def toggle_provider(
    *, provider: ApiProvider, enabled: bool, by: User | None, address: str | None
) -> ApiProvider:
    """Switch a provider on or off."""
    return change_provider(provider=provider, enabled=enabled, by=by, address=address)


def delete_provider(*, provider: ApiProvider, by: User | None, address: str | None) -> None:
    """Delete a provider with its keys, models and health; its calls and changes stay."""
    with transaction.atomic():
        _note(provider, "provider.delete", by, address, _values(provider, PROVIDER_FIELDS))
        provider.delete()


def check_key(key: Secret) -> Secret:
    """The key without the spaces that came along when it was copied. Raises ValidationError."""
    text = key.reveal().strip()
    if len(text) > LONGEST_KEY:
        raise ValidationError("The key is too long.")
    validate_header_value(text)
    return Secret(text)


def set_key(
    *, provider: ApiProvider, key: Secret, by: User | None, address: str | None
) -> ProviderApiKey:
    """Store a key and make it the active one; earlier keys are kept, inactive.

    Raises ValidationError. The key is sealed for the provider's present origin.
    """
    key = check_key(key)
    with transaction.atomic():
        provider = ApiProvider.objects.select_for_update().get(pk=provider.pk)
        if provider.auth_type == ApiProvider.Auth.NONE:
            raise ValidationError("This provider takes no key: choose first where a key goes.")
        _deactivate_others(provider)
        row = keys.new_key(provider, key)
        row.save()
        _forget_status(provider)
        _note(provider, "key.set", by, address, {"last_four": row.last_four})
    return row


def activate_key(*, key: ProviderApiKey, by: User | None, address: str | None) -> None:
    """Make a stored key the one that is used. Raises ValidationError when it does not open."""
    with transaction.atomic():
        provider = ApiProvider.objects.select_for_update().get(pk=key.provider_id)
        row = ProviderApiKey.objects.select_related("provider").get(pk=key.pk)
        if not keys.opens(row):
            raise ValidationError("This key cannot be opened with the configured encryption keys.")
        _deactivate_others(provider, row.pk)
        row.is_active = True
        row.save(update_fields=["is_active"])  # the sealed key may be sealed anew meanwhile
        _forget_status(provider)
        _note(provider, "key.activate", by, address, {"last_four": row.last_four})


def remove_key(*, key: ProviderApiKey, by: User | None, address: str | None) -> None:
    """Delete a stored key."""
    with transaction.atomic():
        provider = ApiProvider.objects.select_for_update().get(pk=key.provider_id)
        _note(provider, "key.remove", by, address, {"last_four": key.last_four})
        if key.is_active:
            _forget_status(provider)
        key.delete()


def save_model(*, model: ProviderModel, by: User | None, address: str | None) -> ProviderModel:
    """Store a new or changed model. Raises ValidationError."""
    model.full_clean()
    with transaction.atomic():
        stored = ProviderModel.objects.filter(pk=model.pk).first() if model.pk else None
        before = _values(stored, MODEL_FIELDS) if stored else {}
        model.save()
        changed = _changed(before, _values(model, MODEL_FIELDS))
        if changed:
            action = "model.change" if stored else "model.add"
            _note(model.provider, action, by, address, {"model": model.name, **changed})
    return model


def remove_model(*, model: ProviderModel, by: User | None, address: str | None) -> None:
    """Delete a model; a sync brings it back if its provider still lists it."""
    with transaction.atomic():
        _note(model.provider, "model.remove", by, address, {"model": model.name})
        model.delete()


class WaitsAlready(Exception):
    """Somebody else's test or sync waits for its provider; ``str(error)`` says what to do."""

    retry_after = 5

    def __init__(self) -> None:
        super().__init__(
            "Another test or sync still waits for its provider. Try again in some seconds."
        )


def test_connection(
    *, provider: ApiProvider, by: User | None, address: str | None
) -> ProviderHealth:
    """Ask the provider for its models; the result becomes its status and a row of its history.

    Waits for the network up to TEST_SECONDS, outside of any transaction. Raises WaitsAlready.
    """
    source = ProviderHealth.Source.TEST
    _, health = _listed(provider, by, address, "provider.test", source)
    return health


def sync_models(
    *, provider: ApiProvider, by: User | None, address: str | None
) -> tuple[list[ProviderModel], ProviderHealth]:
    """Add the models that the provider lists and note their context windows.

    Returns the added ones. Existing rows keep their switch and prices; rows that are not listed
    any more stay, with their old ``synced_at``. A failed sync changes nothing but the health.
    Waits as long as a test does. Raises WaitsAlready.
    """
    source = ProviderHealth.Source.SYNC
    models, health = _listed(provider, by, address, "models.sync", source)
    return (listed.store(provider, models) if health.ok else []), health


def _listed(
    provider: ApiProvider, by: User | None, address: str | None, action: str, source: str
) -> tuple[list[ModelInfo], ProviderHealth]:
    """The provider's models (none if it failed) and the stored health."""
    provider.refresh_from_db()  # never to an address that was only edited
    outcome = _asked(provider)
    with transaction.atomic():
        health = checks.keep(provider, outcome, source)
        if health.pk is not None:
            details = {
                "ok": health.ok, "error": health.error, "models_listed": len(outcome.listed),
            }  # fmt: skip
            _note(provider, action, by, address, details)
            audit.record(provider, action, **details)
    return outcome.listed, health


def _asked(provider: ApiProvider) -> checks.Outcome:
    if not _waiting.acquire(blocking=False):
        raise WaitsAlready
    try:
        return checks.ask(provider, TEST_SECONDS)
    finally:
        _waiting.release()


def _forget_status(provider: ApiProvider) -> None:
    """What was found with another key says nothing any more."""
    provider.status, provider.last_error = ApiProvider.Status.UNTESTED, ""
    provider.save()


def _deactivate_others(provider: ApiProvider, but: int = 0) -> None:
    for row in provider.keys.filter(is_active=True).exclude(pk=but):
        row.is_active = False
        row.save(update_fields=["is_active"])


def _remove_keys(
    provider: ApiProvider, by: User | None, address: str | None, *, reason: str
) -> None:
    for row in provider.keys.all():
        _note(provider, "key.remove", by, address, {"last_four": row.last_four, "reason": reason})
        row.delete()


def _values(row: ApiProvider | ProviderModel, names: tuple[str, ...]) -> dict[str, Any]:
    return {name: getattr(row, name) for name in names}


def _changed(before: dict[str, Any], after: dict[str, Any]) -> dict[str, Any]:
    """Field -> [before, after] of what differs."""
    return {
        name: [before.get(name), value]
        for name, value in after.items()
        if before.get(name) != value
    }
