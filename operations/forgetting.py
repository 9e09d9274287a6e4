"""Takes a person out of the audit log: what was done stays, who it was becomes a number.

Entries quote e-mail addresses in many places (their actor, what they are about, values before and
after), so every text of an entry is looked at.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterator
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db.models import Model, Q, TextField
from django.db.models.functions import Cast

from operations.models import AuditEntry

TEXTS = ("object_repr", "changes_text")
VALUES = ("serialized_data", "changes", "additional_data")


def entries_about(user: Any) -> Iterator[AuditEntry]:
    """What the user did, and what was done to the account itself, oldest first."""
    about = Q(content_type=ContentType.objects.get_for_model(user), object_pk=str(user.pk))
    yield from AuditEntry.objects.filter(about | Q(actor_id=user.pk)).order_by("pk").iterator()


def forget(user: Any, also: Collection[Model] = ()) -> None:
    """Replace the user's address and name in all entries; drop the network address of own acts.

    Of entries about ``also`` (rows that are the person's own) nothing but the act is kept.
    """
    own = _about_rows(also)
    for key in list(_concerned(user, own)):
        entry = AuditEntry.objects.filter(pk=key).first()
        if entry is not None:
            _forget_in(entry, user)
            entry.save()
    AuditEntry.objects.filter(own).update(
        changes=None, changes_text="", serialized_data=None, object_repr=f"row of user #{user.pk}"
    )


def _about_rows(rows: Collection[Model]) -> Q:
    found = Q(pk__in=[])
    for row in rows:
        kind = ContentType.objects.get_for_model(row)
        found |= Q(content_type=kind, object_pk=str(row.pk))
    return found


def _concerned(user: Any, own: Q) -> Iterator[int]:
    """Keys of all entries that may tell who the user is."""
    email = user.get_username()
    kind = ContentType.objects.get_for_model(user)
    told = Q(actor_id=user.pk) | Q(actor_email__iexact=email) | own
    told |= Q(content_type=kind, object_pk=str(user.pk))
    entries = AuditEntry.objects.annotate(
        **{f"text_of_{name}": Cast(name, TextField()) for name in VALUES}
    )
    for name in (*TEXTS, *(f"text_of_{name}" for name in VALUES)):
        for spelled in {email, json.dumps(email)[1:-1]}:
            told |= Q(**{f"{name}__icontains": spelled})
    yield from entries.filter(told).order_by("pk").values_list("pk", flat=True)


def _forget_in(entry: AuditEntry, user: Any) -> None:
    number, email = f"user #{user.pk}", user.get_username()
    mention = _mention_of(email)
    is_about = entry.object_pk == str(user.pk) and entry.content_type.model_class() is type(user)
    if entry.actor_id == user.pk or (entry.actor_email or "").lower() == email.lower():
        entry.actor = entry.actor_email = entry.remote_addr = entry.remote_port = None
    if is_about:
        entry.object_repr = number
        entry.changes = {name: ["", ""] for name in entry.changes or ()} or None
        entry.serialized_data = None
        entry.changes_text = ""
    for name in (*TEXTS, *VALUES):
        setattr(entry, name, _without(getattr(entry, name), mention, number))


def _mention_of(email: str) -> re.Pattern[str]:
    """The address by itself: others may end or begin with it (joann@x.co, ann@x.com, ann@x.co)."""
    return re.compile(rf"(?<![\w.+-]){re.escape(email)}(?![\w-]|\.\w)", re.IGNORECASE)


def _without(value: Any, mention: re.Pattern[str], number: str) -> Any:
    """The value with every mention of the address replaced, however deep it is."""
    if isinstance(value, str):
        return mention.sub(number, value)
    if isinstance(value, list):
        return [_without(each, mention, number) for each in value]
    if isinstance(value, dict):
        return {
            _without(key, mention, number): _without(each, mention, number)
            for key, each in value.items()
        }
    return value
