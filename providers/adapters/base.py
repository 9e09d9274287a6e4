"""What an adapter is: it speaks one vendor protocol, twice (complete, list_models)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from operations.secrets import Secret
from providers.types import Answer, CompletionRequest

CALL_ID_HEADER = "X-Client-Request-Id"
SHORTEST_SECRET = 12  # a shorter key is a placeholder, and may be a word that answers hold too

# Gets each piece of an answer's text as it comes. It should be quick: the answer waits meanwhile.
OnText = Callable[[str], None]


@dataclass(frozen=True)
class Endpoint:
    """Where and how to call a provider.

    ``key_header`` is the header that carries the key and ``key`` its whole value, both empty or
    None for a server without keys. ``structured_output`` is ApiProvider.StructuredOutput.
    """

    kind: str
    base_url: str
    key_header: str
    key: Secret | None
    extra_headers: Mapping[str, str]
    structured_output: str
    streams: bool = True

    def without_key(self, text: str) -> str:
        """``text``, which a provider sent, with the key blanked should it quote it."""
        if self.key is None:
            return text
        value = self.key.reveal()
        return text.replace(value, "[key]").replace(value.rpartition(" ")[2], "[key]")

    @property
    def secret(self) -> str:
        """What no answer and no model's name may hold; empty without a key, or for a placeholder.

        To be compared with only, never to be kept.
        """
        bare = self.key.reveal().rpartition(" ")[2] if self.key is not None else ""
        return bare if len(bare) >= SHORTEST_SECRET else ""

    def answer_without_key(self, text: str) -> str:
        """A model's ``text``, with the key blanked should its server have put it in."""
        secret = self.secret
        return text.replace(secret, "[key]") if secret else text


@dataclass(frozen=True)
class ModelInfo:
    """A model as its provider lists it. ``context_window`` is in tokens, None when not said."""

    name: str
    context_window: int | None = None


class Adapter(Protocol):
    """One vendor protocol. Runs inside of ``outbound.within``; raises only ProviderError.

    It retries nothing, and hands no key to anything but the request's header.
    """

    def complete(
        self,
        endpoint: Endpoint,
        model: str,
        request: CompletionRequest,
        call_id: UUID,
        on_text: OnText | None = None,
    ) -> Answer:
        """One answer that holds text. Sends ``call_id`` in CALL_ID_HEADER.

        With ``on_text`` the answer is asked for as a stream. The pieces together are its text, also
        from a server that answers whole all the same: then there is one. What ``on_text`` raises
        goes through.
        """

    def list_models(self, endpoint: Endpoint, timeout_seconds: float) -> list[ModelInfo]:
        """The models that the key may use, in the provider's order."""
