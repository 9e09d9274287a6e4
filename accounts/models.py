"""Users with role and suspension, where they are signed in, and the tokens of their programs."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.db import models
from django.utils import timezone

from accounts import browsers


class UserManager(BaseUserManager["User"]):
    """Creates users; addresses are compared in lower case."""

    def create_user(self, email: str, **fields: Any) -> User:
        """Create a user. Nobody has a password: people sign in with Google or a one-time link."""
        user = self.model(email=email.strip().lower(), **fields)
        user.set_unusable_password()
        user.full_clean()
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> User:
        """Create an administrator; a password is not used and not stored."""
        return self.create_user(email, **{**fields, "role": User.Role.ADMIN})

    def get_by_natural_key(self, username: str | None) -> User:
        return self.get(email=(username or "").strip().lower())


class User(AbstractBaseUser):
    """One person, or the local system user that owns what commands submit.

    ``role`` is the only stored right: ``is_staff`` and ``is_superuser`` follow from it, so that
    ``UPDATE users SET role='admin' WHERE email='...'`` makes an administrator. The password
    column holds a random unusable value; changing it ends all sessions of the user.
    """

    class Role(models.TextChoices):
        USER = "user"
        ADMIN = "admin"

    email = models.EmailField(unique=True)
    name = models.CharField(max_length=200, blank=True)
    role = models.CharField(max_length=10, choices=Role.choices, default=Role.USER)
    is_active = models.BooleanField(
        default=True, help_text="Off suspends the account: no sign-in, no submissions."
    )
    is_system = models.BooleanField(
        default=False, editable=False, help_text="Belongs to commands; nobody can sign in as it."
    )
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    erasing_at = models.DateTimeField(
        null=True,
        editable=False,
        help_text="When a turn at erasing the account last began; empty while nobody asked for it.",
    )

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    objects: ClassVar[UserManager] = UserManager()

    class Meta:
        db_table = "users"

    def __str__(self) -> str:
        return self.email

    @property
    def is_admin(self) -> bool:
        return self.is_active and self.role == self.Role.ADMIN

    @property
    def is_staff(self) -> bool:
        return self.is_admin

    @property
    def is_superuser(self) -> bool:
        return self.is_admin

    def has_perm(self, perm: str, obj: models.Model | None = None) -> bool:
        """Administrators may do everything; nobody else may do anything in the admin."""
        return self.is_admin

    def has_perms(self, perm_list: list[str], obj: models.Model | None = None) -> bool:
        return self.is_admin

    def has_module_perms(self, app_label: str) -> bool:
        return self.is_admin

    def end_sessions(self) -> None:
        """Make every session of this user invalid from the next request on."""
        self.set_unusable_password()
        self.save(update_fields=["password"])


class SignedIn(models.Model):
    """Where and when a session was begun: Django's own row does not say whose it is."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="signed_in")
    session_key = models.CharField(max_length=40, unique=True, editable=False)
    address = models.GenericIPAddressField(null=True, editable=False)
    browser = models.CharField(max_length=200, blank=True, editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        db_table = "signed_in"
        verbose_name = "session"
        ordering = ("-created_at",)

    def __str__(self) -> str:
        return f"session of user #{self.user_id}"

    @property
    def browser_in_words(self) -> str:
        """Such as "Firefox 147 on Windows"; an unknown one as it calls itself."""
        return browsers.in_words(self.browser)


class ApiToken(models.Model):
    """What a program of the user shows instead of a session. Only its SHA-256 is kept.

    A token stands until it is revoked or ``expires_at`` has come by the database's clock.
    """

    class Scope(models.TextChoices):
        READ = "read", "Read"
        SUBMIT = "submit", "Read and submit"

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="api_tokens")
    name = models.CharField(max_length=200)
    scope = models.CharField(max_length=10, choices=Scope.choices)
    digest = models.CharField(max_length=64, unique=True, editable=False)
    last_four = models.CharField(max_length=4, editable=False)
    expires_at = models.DateTimeField(null=True, blank=True)
    last_used_at = models.DateTimeField(null=True, editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    revoked_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        db_table = "api_tokens"
        verbose_name = "API token"
        ordering = ("-created_at", "-id")

    def __str__(self) -> str:
        return f"token ending in {self.last_four} of user #{self.user_id}"
