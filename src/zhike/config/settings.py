"""Django's settings, from the table of `zhike.config.table`."""

from __future__ import annotations

import gc
import os
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from csp.constants import NONCE, SELF

from zhike.config.databases import database
from zhike.config.table import read_settings
from zhike.kernel.secret import secret_key

gc.disable()  # nothing of what is loaded at the start becomes garbage; zhike.apps ends this when everything is there
GIVEN = read_settings(os.environ)
HOME = Path(__file__).resolve().parents[1]
DATA_DIR: Path = GIVEN["ZHIKE_DATA_DIR"]
DATA_DIR.mkdir(parents=True, exist_ok=True)

DEBUG: bool = GIVEN["ZHIKE_DEBUG"]
SECRET_KEY = secret_key(GIVEN["ZHIKE_SECRET_KEY"], DATA_DIR)
ADDRESS: str = GIVEN["ZHIKE_ADDRESS"]
SECURE = ADDRESS.startswith("https:")
ALLOWED_HOSTS = [*GIVEN["ZHIKE_HOSTS"], urlsplit(ADDRESS).hostname or "localhost"]
CSRF_TRUSTED_ORIGINS = [ADDRESS]

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.forms",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "csp",
    "django_htmx",
    "django_cotton.apps.SimpleAppConfig",
    "zhike",
]
MIDDLEWARE = [
    "zhike.people.proxies.ClientAddress",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.gzip.GZipMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "zhike.people.sessions.SessionClock",
    "zhike.people.middleware.PersonLanguage",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "zhike.people.middleware.Door",
    "zhike.ui.typed.TypedText",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "csp.middleware.CSPMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
]
ROOT_URLCONF = "zhike.config.urls"
WSGI_APPLICATION = "zhike.config.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
NOUNS = sorted(path.parent for path in HOME.glob("*/templates") if path.is_dir())
LOADERS: list[Any] = ["django_cotton.cotton_loader.Loader", "django.template.loaders.filesystem.Loader",
                      "django.template.loaders.app_directories.Loader"]  # fmt: skip
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [noun / "templates" for noun in NOUNS],
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.messages.context_processors.messages",
                "django.template.context_processors.i18n",
                "zhike.ui.context.shell",
            ],
            "loaders": LOADERS if DEBUG else [("django.template.loaders.cached.Loader", LOADERS)],
            "builtins": [
                "django_cotton.templatetags.cotton",
                "django.templatetags.i18n",
                "django.templatetags.static",
                "zhike.ui.tags",
            ],
        },
    }
]
DATABASES = {"default": database(GIVEN["ZHIKE_DATABASE_URL"], DATA_DIR)}
CACHES = {"default": {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": "zhike_cache"}}

AUTH_USER_MODEL = "zhike.Person"
AUTHENTICATION_BACKENDS = ["zhike.people.backends.Backend"]
PASSWORD_HASHERS = ["zhike.people.passwords.Argon2"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_ADAPTER = "zhike.people.adapter.AccountAdapter"
SOCIALACCOUNT_ADAPTER = "zhike.people.adapter.SocialAdapter"
ACCOUNT_USER_MODEL_EMAIL_FIELD = "email"
ACCOUNT_USER_MODEL_USERNAME_FIELD = "username"
ACCOUNT_LOGIN_METHODS = {"username", "email"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "email", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = False
ACCOUNT_REAUTHENTICATION_TIMEOUT = 600
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False
ACCOUNT_FORMS = {"login": "zhike.people.forms.LoginForm"}
MFA_FORMS = {
    "activate_totp": "zhike.people.forms.ActivateForm", "authenticate": "zhike.people.forms.CodeForm",
    "reauthenticate": "zhike.people.forms.CodeAgainForm",
}  # fmt: skip
ACCOUNT_EMAIL_NOTIFICATIONS = False
ACCOUNT_RATE_LIMITS = {"login": "60/m/ip"}
ALLAUTH_TRUSTED_PROXY_COUNT = 0
MFA_ADAPTER = "zhike.people.adapter.FactorAdapter"
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_TOTP_ISSUER = "Zhike"
USERSESSIONS_TRACK_ACTIVITY = False
SOCIALACCOUNT_EMAIL_AUTHENTICATION = True
SOCIALACCOUNT_EMAIL_AUTHENTICATION_AUTO_CONNECT = True
if GIVEN["ZHIKE_OIDC_ISSUER"]:
    SOCIALACCOUNT_PROVIDERS = {
        "openid_connect": {
            "OAUTH_PKCE_ENABLED": True,
            "APPS": [
                {
                    "provider_id": "company",
                    "name": urlsplit(GIVEN["ZHIKE_OIDC_ISSUER"]).hostname or "OpenID",
                    "client_id": GIVEN["ZHIKE_OIDC_CLIENT"],
                    "secret": GIVEN["ZHIKE_OIDC_SECRET"],
                    "settings": {"server_url": GIVEN["ZHIKE_OIDC_ISSUER"]},
                }
            ],
        }
    }

LANGUAGE_CODE: str = GIVEN["ZHIKE_LANGUAGE"]
LANGUAGES = [("zh-hans", "简体中文"), ("en", "English")]
LOCALE_PATHS = sorted(path for path in HOME.glob("*/locale") if path.is_dir())
TIME_ZONE: str = GIVEN["ZHIKE_TIME_ZONE"]
COMPANY_CURRENCY: str = GIVEN["ZHIKE_CURRENCY"]
USE_I18N = USE_TZ = True
FORMAT_MODULE_PATH = ["zhike.ui.formats"]
FORM_RENDERER = "zhike.ui.forms.Renderer"

STATIC_URL = "/static/"
STATICFILES_DIRS = [HOME / "ui" / "static"]
WHITENOISE_USE_FINDERS = True
WHITENOISE_IMMUTABLE_FILE_TEST = r"^.+-[\w-]{8}\.\w+(\.gz|\.br)?$"
MEDIA_ROOT = DATA_DIR / "files"
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 2**20
DATA_UPLOAD_MAX_NUMBER_FIELDS = 5000
FILE_UPLOAD_PERMISSIONS = 0o600
FILE_UPLOAD_HANDLERS = ["django.core.files.uploadhandler.TemporaryFileUploadHandler"]

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF, NONCE],
        "style-src": [SELF],
        "style-src-attr": ["'unsafe-inline'"],
        "img-src": [SELF, "data:", "blob:"],
        "object-src": ["'none'"],
        "frame-ancestors": ["'none'"],
        "base-uri": [SELF],
        "form-action": [SELF],
    }
}
CSRF_USE_SESSIONS = True
CSRF_FAILURE_VIEW = "zhike.config.answers.csrf_failed"
SESSION_ENGINE = "django.contrib.sessions.backends.db"
SESSION_COOKIE_AGE = 12 * 3600
SESSION_COOKIE_NAME = "__Host-session" if SECURE else "session"
SESSION_COOKIE_SECURE = SECURE
SESSION_COOKIE_SAMESITE = "Lax"
SECURE_HSTS_SECONDS = 31_536_000 if SECURE else 0
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if GIVEN["ZHIKE_PROXIES"] else None
X_FRAME_OPTIONS = "DENY"

DEFAULT_FROM_EMAIL: str = GIVEN["ZHIKE_MAIL_FROM"]
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"plain": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "plain"}},
    "root": {"handlers": ["console"], "level": "INFO"},
    "loggers": {"django": {"handlers": [], "propagate": True, "level": "INFO"}},
}
TEST_RUNNER = "django.test.runner.DiscoverRunner"
