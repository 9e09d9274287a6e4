"""Which requests were answered already, so that sending one again has no second effect."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models.functions import Now

from pipeline.models.submission import Submission


class IdempotencyKey(models.Model):
    """One key that a user sent along with a request, and the answer that the request got.

    The key itself is not kept: databases compare text by collations that take different keys for
    equal ones, and a key may say more than it should. It is written in the transaction of the
    request's effect, so that either both stand or neither.
    """

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="idempotency_keys"
    )
    operation = models.CharField(max_length=50, help_text="such as code.submit")
    key_hash = models.CharField(max_length=64, help_text="SHA-256 of the key, hexadecimal")
    body_digest = models.CharField(max_length=64, help_text="SHA-256 of what was asked for")
    submission = models.ForeignKey(Submission, on_delete=models.CASCADE, related_name="+")
    answer = models.JSONField(help_text="what the request was answered, word for word")
    created_at = models.DateTimeField(db_default=Now(), db_index=True)

    class Meta:
        db_table = "idempotency_keys"
        ordering = ("-id",)
        constraints = (
            models.UniqueConstraint(
                fields=["user", "operation", "key_hash"], name="one_effect_per_key"
            ),
        )

    def __str__(self) -> str:
        return f"{self.operation} {self.key_hash[:8]}"
