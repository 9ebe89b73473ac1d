"""Django's settings. What differs between machines comes from the environment (`environment.VARIABLES`)."""

from __future__ import annotations

import secrets
from pathlib import Path
from typing import Any

from biosetu.centre import environment as env
from biosetu.centre.databases import database
from biosetu.home import home
from biosetu.translation import LANGUAGES as OUR_LANGUAGES

HERE = Path(__file__).parent

BIOSETU_MODE = env.text("BIOSETU_MODE")
BIOSETU_DEMO = env.flag("BIOSETU_DEMO")
BIOSETU_CENTRES = env.words("BIOSETU_CENTRES")
BIOSETU_UPLOAD_BYTES = env.whole_number("BIOSETU_UPLOAD_MB") * 1_000_000
BIOSETU_UPLOAD_ROWS = env.whole_number("BIOSETU_UPLOAD_ROWS")
BIOSETU_OCCURRENCES_BYTES = env.whole_number("BIOSETU_OCCURRENCES_MB") * 1_000_000
BIOSETU_MAP_BYTES = env.whole_number("BIOSETU_MAP_MB") * 1_000_000
BIOSETU_MAP_PIXELS = env.whole_number("BIOSETU_MAP_PIXELS")
BIOSETU_MAP_CLASSES = env.whole_number("BIOSETU_MAP_CLASSES")
BIOSETU_API_PER_MINUTE = env.whole_number("BIOSETU_API_PER_MINUTE")
IN_PRODUCTION = BIOSETU_MODE == env.PRODUCTION

DEBUG = False
# without a key in production check biosetu.E001 stops the start; a passing key lets that check run
SECRET_KEY = env.secret_key() or secrets.token_urlsafe(48)
ALLOWED_HOSTS = [*env.words("BIOSETU_HOSTS"), *([] if IN_PRODUCTION else ["localhost", "127.0.0.1", "[::1]"])]
DATABASE_URL = env.text("DATABASE_URL")
DATABASES = {"default": database(DATABASE_URL, env.database_path())}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}
CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",
    "django.contrib.messages",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "django_htmx",
    "django_tasks",
    "django_tasks_db",
    "ninja",
    "rules.apps.RulesConfig",
    "biosetu.centre.audit",
    "biosetu.centre.accounts",
    "biosetu.centre.evidence",
    "biosetu.centre.assessor",
    "biosetu.centre.planning",
    "biosetu.centre.ecosystems",
    "biosetu.centre.directory",
    "biosetu.centre.helpdesk",
    "biosetu.centre.matching",
    "biosetu.centre.library",
    "biosetu.centre.services",
    "biosetu.centre.holdings",
    "biosetu.centre.exchange",
    "biosetu.centre.api",
    "biosetu.centre.validation",
    "biosetu.centre.promises",
    "biosetu.centre.reporting",
    "biosetu.centre.finding",
    "biosetu.centre.pages",
]

MIDDLEWARE = [
    "biosetu.centre.tracing.request_ids",
    "biosetu.centre.headers.security_headers",
    "django.middleware.security.SecurityMiddleware",
    "django.middleware.gzip.GZipMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "biosetu.centre.receiving.LimitedBodies",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
]

ROOT_URLCONF = "biosetu.centre.urls"
WSGI_APPLICATION = "biosetu.centre.wsgi.application"

TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.jinja2.Jinja2",
        "DIRS": [HERE / "jinja2"],
        "APP_DIRS": True,
        "OPTIONS": {
            "environment": "biosetu.centre.templating.environment",
            "context_processors": ["biosetu.centre.templating.shell"],
            "trim_blocks": True,
            "lstrip_blocks": True,
        },
    },
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {"context_processors": ["django.template.context_processors.request"]},
    },
]

AUTH_USER_MODEL = "accounts.Account"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
if env.flag("BIOSETU_PASSWORD_FAST"):
    PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"
ACCOUNT_ADAPTER = "biosetu.centre.accounts.signing.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_LOGOUT_REDIRECT_URL = "home"
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_USER_MODEL_EMAIL_FIELD = None
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_TOTP_ISSUER = "BioSetu"
MFA_TOTP_TOLERANCE = 1
MFA_ALLOW_UNVERIFIED_EMAIL = True
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not IN_PRODUCTION
EMAIL_BACKEND = "django.core.mail.backends.dummy.EmailBackend"

LANGUAGE_CODE = "en"
LANGUAGES = list(OUR_LANGUAGES.items())
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"

STATIC_URL = "/static/"
STATICFILES_DIRS = [HERE / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": home() / "files"}},
    "staticfiles": {"BACKEND": "biosetu.centre.assets.VersionedStaticFiles"},
}
STATICFILES_FINDERS = [
    "django.contrib.staticfiles.finders.FileSystemFinder",
    "django.contrib.staticfiles.finders.AppDirectoriesFinder",
    "biosetu.centre.assets.SheetsOfRooms",
]
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = False
WHITENOISE_MAX_AGE = 31_536_000

DATA_UPLOAD_MAX_MEMORY_SIZE = 2_500_000
FILE_UPLOAD_MAX_MEMORY_SIZE = 2_500_000
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2_000
FILE_UPLOAD_PERMISSIONS = 0o600

SESSION_COOKIE_AGE = 8 * 3600
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = IN_PRODUCTION
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "biosetu.centre.pages.errors.csrf_failure"
CSRF_TRUSTED_ORIGINS = [f"https://{host}" for host in env.words("BIOSETU_HOSTS")]
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
SECURE_HSTS_SECONDS = 31_536_000 if IN_PRODUCTION else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = IN_PRODUCTION
SECURE_SSL_REDIRECT = IN_PRODUCTION
SECURE_REDIRECT_EXEMPT = ["^health$"]
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if env.flag("BIOSETU_PROXY") else None
X_FRAME_OPTIONS = "DENY"
SILENCED_SYSTEM_CHECKS = ["security.W021"]  # preloading HSTS is the host owner's decision

LOGGING: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"request_id": {"()": "biosetu.centre.tracing.RequestIdFilter"}},
    "formatters": {
        "text": {"format": "%(asctime)s %(levelname)s %(request_id)s %(name)s: %(message)s"},
        "json": {"()": "biosetu.centre.tracing.JsonFormatter"},
    },
    "handlers": {
        "stderr": {
            "class": "logging.StreamHandler",
            "filters": ["request_id"],
            "formatter": "json" if env.text("BIOSETU_LOG") == "json" else "text",
        }
    },
    "root": {"handlers": ["stderr"], "level": "WARNING"},
    "loggers": {"biosetu": {"level": "INFO"}, "django.request": {"level": "ERROR"}},
}
