"""People: who they are, how they sign in, what they may do."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "accounts"
    verbose_name = "Accounts"

    def ready(self) -> None:
        from allauth.socialaccount.models import SocialAccount

        from accounts import personal, sessions
        from accounts.models import ApiToken, User
        from operations import audit

        audit.register(User, exclude_fields=["password", "last_login"])
        audit.register(ApiToken, exclude_fields=["digest", "last_used_at"])
        audit.register(SocialAccount, exclude_fields=["extra_data", "last_login"])
        personal.register()
        sessions.connect()
