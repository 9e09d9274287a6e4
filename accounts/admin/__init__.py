"""Users, their sessions and tokens in the console; Django's autodiscovery imports this package."""

from accounts.admin import sessions, tokens, users

__all__ = ["sessions", "tokens", "users"]
