"""Reads the audit log: whose entry it is, what was done, and the entries that somebody asks for."""

from __future__ import annotations

from datetime import UTC, date, datetime, time

from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet

from operations.models import AuditEntry

# What auditlog itself notes of a row; everything else is an event with a name of its own.
OF_ROWS = {
    "created": AuditEntry.Action.CREATE,
    "updated": AuditEntry.Action.UPDATE,
    "deleted": AuditEntry.Action.DELETE,
    "accessed": AuditEntry.Action.ACCESS,
}
NAMES = {action: name for name, action in OF_ROWS.items()}


def actor_of(entry: AuditEntry) -> str | None:
    """The actor's address, as noted then if the user is gone; None for commands."""
    if entry.actor is not None:
        return str(entry.actor.email)
    return entry.actor_email or None


def action_of(entry: AuditEntry) -> str:
    """The recorded event's name, or created, updated, deleted."""
    event = (entry.additional_data or {}).get("event")
    return str(event or NAMES[entry.action])


def kind_of(entry: AuditEntry) -> str:
    """What the entry is about, such as accounts.user."""
    return f"{entry.content_type.app_label}.{entry.content_type.model}"


def entries(
    *,
    actor: str | None = None,
    action: str | None = None,
    object_type: str | None = None,
    object_id: str | None = None,
    since: date | None = None,
    until: date | None = None,
) -> QuerySet[AuditEntry]:
    """The entries to which all of this applies, newest first; ``since`` and ``until`` are UTC days.

    Raises ValidationError for a type of objects that there is not.
    """
    rows = AuditEntry.objects.select_related("actor", "content_type").defer("serialized_data")
    wanted = _by(actor) & _what(action)
    if object_type:
        wanted &= Q(content_type=_kind(object_type))
    if object_id:
        wanted &= Q(object_pk=object_id)
    if since:
        wanted &= Q(timestamp__gte=datetime.combine(since, time.min, UTC))
    if until:
        wanted &= Q(timestamp__lte=datetime.combine(until, time.max, UTC))
    found: QuerySet[AuditEntry] = rows.filter(wanted).order_by("-timestamp", "-pk")
    return found


def _by(actor: str | None) -> Q:
    email = (actor or "").strip().lower()
    return Q(actor__email=email) | Q(actor=None, actor_email__iexact=email) if email else Q()


def _what(action: str | None) -> Q:
    if not action:
        return Q()
    if action in OF_ROWS:
        return Q(action=OF_ROWS[action]) & ~Q(additional_data__has_key="event")
    return Q(additional_data__event=action)


def _kind(object_type: str) -> ContentType:
    app, _, model = object_type.lower().partition(".")
    kind = ContentType.objects.filter(app_label=app, model=model).first()
    if kind is None:
        raise ValidationError(f"There is no type of objects named {object_type}.")
    return kind
