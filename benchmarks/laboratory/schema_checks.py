"""What schemathesis is told on top (SCHEMATHESIS_HOOKS): one more check, which the drill counts on.

Its own check of accepted data is told to let 413 and 422 pass, since a schema cannot say all that
makes a submission one. This one is stricter there: what fits the schema may be refused for what it
says, and never as if it did not fit.
"""

from __future__ import annotations

from typing import Any

import schemathesis

DOES_NOT_FIT = "urn:ai-to-production:problem:invalid-request"


@schemathesis.check
def refused_as_if_it_did_not_fit(ctx: Any, response: Any, case: Any) -> bool | None:
    """Fail for data made to fit that is answered as not fitting."""
    generation = case.meta.generation if case.meta else None
    if generation is None or not generation.mode.is_positive or response.status_code != 422:
        return None
    body = response.json()
    if body["type"] == DOES_NOT_FIT:
        raise AssertionError(f"it fits the schema: {body.get('errors')}")
    return None
