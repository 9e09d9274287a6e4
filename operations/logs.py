"""Structured logging: JSON lines in production, readable lines for people, no secrets in either."""

from __future__ import annotations

import re
from typing import Any

import structlog
from structlog.typing import EventDict, WrappedLogger

SECRET_NAMES = re.compile(
    r"(?i)(password|passwd|secret|(^|_)token$|api_?key|authorization|cookie|credential)"
)
REDACTED = "[redacted]"
# Addresses that sign somebody in: one-time links, and the way back from a provider.
SECRET_IN_ADDRESS = re.compile(r"(/sign-in/link/|[?&](?:code|state)=)[^/&\s'\"]+")

# A personal token of the JSON API, wherever it stands; accounts.tokens makes them.
PERSONAL_TOKEN = re.compile(r"\baitp_[0-9A-Za-z]{16,}")


def redact(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Blank every value whose name says that it is a secret, and secrets within addresses."""
    return {
        key: REDACTED if SECRET_NAMES.search(key) else _without_secrets(value)
        for key, value in event.items()
    }


def _without_secrets(value: Any) -> Any:
    return SECRET_IN_ADDRESS.sub(rf"\1{REDACTED}", value) if isinstance(value, str) else value


def mask_tokens(_logger: WrappedLogger, _method: str, line: str) -> str:
    """Blank personal tokens in a finished line, also those within values and tracebacks."""
    return PERSONAL_TOKEN.sub(REDACTED, line)


SHARED_PROCESSORS: list[Any] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_logger_name,
    structlog.stdlib.add_log_level,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
    redact,
]


def logging_config(*, level: str, as_json: bool) -> dict[str, Any]:
    """Django's LOGGING setting; also configures structlog, so that both write the same lines."""
    _configure_structlog()
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "structured": {
                "()": structlog.stdlib.ProcessorFormatter,
                "foreign_pre_chain": SHARED_PROCESSORS,
                "processors": [
                    structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                    *_renderers(as_json=as_json),
                    mask_tokens,
                ],
            }
        },
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "structured"}},
        "root": {"handlers": ["stderr"], "level": level},
        "loggers": {"django": {"level": level, "propagate": True, "handlers": []}},
    }


def _configure_structlog() -> None:
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *SHARED_PROCESSORS,
            structlog.stdlib.PositionalArgumentsFormatter(),
            structlog.processors.StackInfoRenderer(),
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )


def _renderers(*, as_json: bool) -> list[Any]:
    """What makes a line of an event, for programs or for people."""
    if as_json:
        return [structlog.processors.format_exc_info, structlog.processors.JSONRenderer()]
    # Plain tracebacks only: the pretty ones print local variables, which hold users' code.
    plain = structlog.dev.plain_traceback
    return [structlog.dev.ConsoleRenderer(colors=False, exception_formatter=plain)]
