"""The one settings module: everything that differs between machines comes from the environment.

.env.example lists every variable with its default. A wrong value ends the start with one line
that names it (config.environment). Nothing here needs a server: without DATABASE_URL the
database is var/db.sqlite3, without REDIS_URL there is no Redis.
"""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

from csp.constants import NONCE, NONE, SELF

from config.environment import Environment, all_or_none, stop
from operations.logs import logging_config

BASE_DIR = Path(__file__).resolve().parent.parent
VAR_DIR = BASE_DIR / "var"
VERSION = "0.1.0"

env = Environment(BASE_DIR)

# --- What kind of installation this is -------------------------------------------------------

ENVIRONMENT = env.choice("ENVIRONMENT", "development", ("development", "production"))
PRODUCTION = ENVIRONMENT == "production"
DEBUG = env.flag("DEBUG", False)
if PRODUCTION and DEBUG:
    stop("DEBUG must be off when ENVIRONMENT is production: it opens the developer sign-in.")

SECRETS_DIR = None if PRODUCTION else VAR_DIR
SECRET_KEY = env.local_secret("JWT_SECRET", generate_in=SECRETS_DIR)
ENCRYPTION_KEY = env.encryption_key("ENCRYPTION_KEY", generate_in=SECRETS_DIR)
ENCRYPTION_KEYS_OLD = env.encryption_keys("ENCRYPTION_KEYS_OLD")

ALLOWED_HOSTS = env.words("ALLOWED_HOSTS", ("localhost", "127.0.0.1", "[::1]"))
CSRF_TRUSTED_ORIGINS = env.words("CSRF_TRUSTED_ORIGINS")
TRUSTED_PROXIES = env.networks("TRUSTED_PROXIES")
SIGNIN_ALLOWED = env.words("SIGNIN_ALLOWED")
if PRODUCTION and not SIGNIN_ALLOWED:
    stop("SIGNIN_ALLOWED must list domains or addresses that may sign in ('*' opens it to all).")

_with_tls = ("https",) if PRODUCTION else ("https", "http")
GOOGLE_CLIENT_ID = env.text("GOOGLE_CLIENT_ID")
GOOGLE_CLIENT_SECRET = env.text("GOOGLE_CLIENT_SECRET", secret=True)
GOOGLE_REDIRECT_URI = env.url("GOOGLE_REDIRECT_URI", _with_tls)
GOOGLE_ISSUER = "https://accounts.google.com"
if GOOGLE_CLIENT_ID or GOOGLE_CLIENT_SECRET:  # the URI alone does no harm: it has a usual value
    all_or_none(
        "Google sign-in",
        GOOGLE_CLIENT_ID=GOOGLE_CLIENT_ID,
        GOOGLE_CLIENT_SECRET=GOOGLE_CLIENT_SECRET,
        GOOGLE_REDIRECT_URI=GOOGLE_REDIRECT_URI,
    )

OIDC_NAME = env.text("OIDC_NAME", "OpenID Connect")
OIDC_ISSUER = env.url("OIDC_ISSUER", _with_tls)
OIDC_CLIENT_ID = env.text("OIDC_CLIENT_ID")
OIDC_CLIENT_SECRET = env.text("OIDC_CLIENT_SECRET", secret=True)
all_or_none(
    "OpenID Connect sign-in",
    OIDC_ISSUER=OIDC_ISSUER,
    OIDC_CLIENT_ID=OIDC_CLIENT_ID,
    OIDC_CLIENT_SECRET=OIDC_CLIENT_SECRET,
)

# --- Limits of the product -------------------------------------------------------------------

MAX_DAILY_SUBMISSIONS = env.whole_number("MAX_DAILY_SUBMISSIONS", 5, minimum=0, maximum=1_000_000)
MAX_CODE_SIZE_BYTES = env.whole_number(
    "MAX_CODE_SIZE_BYTES", 100_000, minimum=1_000, maximum=5_000_000
)
API_CALLS_PER_MINUTE = env.whole_number(
    "API_CALLS_PER_MINUTE", 1_200, minimum=10, maximum=1_000_000
)
DEFAULT_LLM_MODEL = env.text("DEFAULT_LLM_MODEL", "gpt-4-turbo")
CACHE_TTL_SECONDS = env.whole_number("CACHE_TTL_SECONDS", 300, minimum=0, maximum=86_400)
JOB_MAX_RETRIES = env.whole_number("JOB_MAX_RETRIES", 3, minimum=1, maximum=100)
JOB_BACKOFF_DELAY_MS = env.whole_number("JOB_BACKOFF_DELAY_MS", 5_000, minimum=0, maximum=3_600_000)
JOB_TIMEOUT_MS = env.whole_number("JOB_TIMEOUT_MS", 300_000, minimum=1_000, maximum=86_400_000)
DB_MAX_CONNECTIONS = env.whole_number("DB_MAX_CONNECTIONS", 8, minimum=1, maximum=1_000)

# --- Calls to providers ----------------------------------------------------------------------

PROVIDER_ALLOWED_HOSTS = env.hosts("PROVIDER_ALLOWED_HOSTS")
PROVIDER_PROXY = env.url("PROVIDER_PROXY", ("http", "https"), secret=True)
PROVIDER_CA_BUNDLE = env.file("PROVIDER_CA_BUNDLE")

# --- Applications ----------------------------------------------------------------------------

INSTALLED_APPS = [
    "operations",
    "accounts",
    "billing",
    "providers",
    "pipeline",
    "config.apps.ConsoleConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "auditlog",
    "allauth",
    "allauth.account",
    "allauth.socialaccount",
    "django_htmx",
    "django_structlog",
    "django_celery_beat",
    "django_celery_results",
    "import_export",
    "ninja",
    "csp",
]

MIDDLEWARE = [
    "django_prometheus.middleware.PrometheusBeforeMiddleware",
    "operations.middleware.RequestIdMiddleware",
    "operations.middleware.ClientAddressMiddleware",
    # What adds headers stands outside of everything that may answer by itself.
    "django.middleware.security.SecurityMiddleware",
    "operations.middleware.LeavingHeadersMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "csp.middleware.CSPMiddleware",
    "operations.middleware.BodySizeMiddleware",
    "config.observers.HealthWithoutDatabase",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "operations.middleware.SlashMiddleware",
    "config.errors.OwnErrorPagesMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "config.unavailable.DatabaseMayBeAway",
    "django.contrib.messages.middleware.MessageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_structlog.middlewares.RequestMiddleware",
    "auditlog.middleware.AuditlogMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "django_prometheus.middleware.PrometheusAfterMiddleware",
]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "config.context.product",
            ],
        },
    },
    {
        "BACKEND": "django.template.backends.jinja2.Jinja2",
        "DIRS": [BASE_DIR / "templates" / "jinja2"],
        "OPTIONS": {"environment": "config.jinja.environment"},
    },
]

# --- Database and cache ----------------------------------------------------------------------

_database = env.database("DATABASE_URL", VAR_DIR / "db.sqlite3")
if _database["ENGINE"] == "django.db.backends.sqlite3":
    VAR_DIR.mkdir(mode=0o700, exist_ok=True)
    _database["OPTIONS"] = {
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
    }
    _database["TEST"] = {"NAME": str(VAR_DIR / "test.sqlite3")}
else:
    if find_spec("MySQLdb") is None:
        stop("DATABASE_URL names a MySQL server: pip install -r requirements-mysql.txt first.")
    _database["CONN_HEALTH_CHECKS"] = True
    _database["OPTIONS"] = {
        "charset": "utf8mb4",
        "isolation_level": "read committed",
        "connect_timeout": 5,
        "init_command": "SET time_zone='+00:00', sql_mode='TRADITIONAL'",
    }
    _database["TEST"] = {"CHARSET": "utf8mb4"}
_database["CONN_MAX_AGE"] = 60
DATABASES = {"default": _database}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

REDIS_URL = env.url("REDIS_URL", ("redis", "rediss", "unix"), secret=True)
_memory = {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}
_redis = {
    "BACKEND": "django_redis.cache.RedisCache",
    "LOCATION": REDIS_URL,
    "KEY_PREFIX": "ai-to-production",
    "OPTIONS": {"SOCKET_CONNECT_TIMEOUT": 0.3, "SOCKET_TIMEOUT": 0.5},
}
CACHES = {
    "default": _redis if REDIS_URL else _memory,
    # What a burst of requests is counted in; it goes on counting when Redis does not answer.
    "bursts": {"BACKEND": "accounts.bursts.SharedOrLocalCounts", "LOCATION": "bursts"}
    if REDIS_URL
    else {**_memory, "LOCATION": "bursts"},
}
RATELIMIT_USE_CACHE = "bursts"

# --- People and sessions ---------------------------------------------------------------------

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["django.contrib.auth.backends.ModelBackend"]
# allauth speaks OpenID Connect for us; none of its pages, e-mails or stored tokens is used.
SOCIALACCOUNT_ADAPTER = "accounts.adapters.SignInAdapter"
SOCIALACCOUNT_ONLY = True
SOCIALACCOUNT_STORE_TOKENS = False
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
LOGIN_URL = "sign-in"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "home"
SESSION_ENGINE = "django.contrib.sessions.backends.db"  # server-side, so a session can be revoked
SESSION_COOKIE_AGE = 14 * 24 * 3600
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = PRODUCTION
CSRF_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "config.errors.csrf_failure"

# --- What leaves with every response ---------------------------------------------------------

SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
SECURE_SSL_REDIRECT = PRODUCTION
SECURE_REDIRECT_EXEMPT = [r"^health$", r"^metrics$"]  # asked for in clear, from inside
SECURE_HSTS_SECONDS = 31_536_000 if PRODUCTION else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = PRODUCTION
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if TRUSTED_PROXIES else None
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF, NONCE],  # the editor of the home page puts its styles in itself
        "font-src": [SELF],
        "img-src": [SELF, "data:"],
        "connect-src": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
    }
}
# Percent-encoding can triple pasted code; the exact limit is checked on the decoded bytes.
DATA_UPLOAD_MAX_MEMORY_SIZE = 3 * MAX_CODE_SIZE_BYTES + 65_536
MAX_REQUEST_BYTES = 4 * MAX_CODE_SIZE_BYTES + 65_536

# --- Tables that leave the console -----------------------------------------------------------

IMPORT_EXPORT_ESCAPE_FORMULAE_ON_EXPORT = True  # see operations.tables

# --- Language, time, files -------------------------------------------------------------------

LANGUAGE_CODE = "en-gb"
FORMAT_MODULE_PATH = "config.formats"
USE_I18N = False
TIME_ZONE = "UTC"
USE_TZ = True
STATIC_URL = "static/"
STATIC_ROOT = VAR_DIR / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if not PRODUCTION
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}
WHITENOISE_USE_FINDERS = not PRODUCTION
if not PRODUCTION:
    STATIC_ROOT.mkdir(parents=True, exist_ok=True)  # whitenoise warns of a missing folder

# --- What operators see ----------------------------------------------------------------------

METRICS_TOKEN = env.text("METRICS_TOKEN", secret=True)
env.folder("PROMETHEUS_MULTIPROC_DIR")  # prometheus_client itself reads it from the environment

# --- Audit and logs --------------------------------------------------------------------------

AUDITLOG_LOGENTRY_MODEL = "operations.AuditEntry"
AUDITLOG_CID_GETTER = "operations.audit.request_id"
DJANGO_STRUCTLOG_TRUST_UPSTREAM_REQUEST_ID = True  # operations.middleware has settled it
LOG_LEVEL = env.choice("LOG_LEVEL", "INFO", ("DEBUG", "INFO", "WARNING", "ERROR"))
LOGGING = logging_config(level=LOG_LEVEL, as_json=PRODUCTION)
