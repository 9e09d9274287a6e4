"""One of several processes that call the same model at the same moment; prints what came of it."""

from __future__ import annotations

import argparse
import os
import time

from config.workshop.console import say


def main() -> None:
    """Set the product up, wait for the moment, call once."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("provider", type=int)
    parser.add_argument("model")
    parser.add_argument("moment", type=float, help="seconds since 1970")
    wanted = parser.parse_args()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

    import django

    django.setup()
    say(outcome(wanted.provider, wanted.model, wanted.moment))


def outcome(provider: int, model: str, moment: float) -> str:
    """``answered``, or the code of the error."""
    from providers.complete import complete
    from providers.errors import ProviderError
    from providers.types import CompletionRequest, Route

    request = CompletionRequest(system="You review code.", user="print('hello')")
    time.sleep(max(0.0, moment - time.time()))
    try:
        complete(request, [Route(provider_id=provider, model=model)], deadline_seconds=20)
    except ProviderError as error:
        return error.code
    return "answered"


if __name__ == "__main__":
    main()
