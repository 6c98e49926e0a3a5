"""Django's settings: everything that differs between machines comes from the environment."""

import os
import re
import sys
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import dj_database_url
from django.core.exceptions import ImproperlyConfigured
from django.templatetags.static import static
from django.urls import reverse_lazy

from config import local

BASE_DIR = Path(__file__).resolve().parent.parent

DEBUG = os.environ.get("DEBUG", "") == "1"
EMBEDDED = "DATABASE_URL" not in os.environ

# On one's own machine there is no HTTPS and nothing to keep secret: with the embedded servers under var/,
# and in `make run`, which listens on loopback only, whatever servers it uses.
LOCAL = EMBEDDED or os.environ.get("LOCAL", "") == "1"

SECRET_KEY = os.environ.get("SECRET_KEY", "local-only-" * 6 if LOCAL or DEBUG else "")
if len(SECRET_KEY) < 50:
    raise ImproperlyConfigured("SECRET_KEY must be set to at least 50 random characters.")

# Former keys, parted by spaces: what they signed or sealed is still read, and nothing is written with them.
SECRET_KEY_FALLBACKS = os.environ.get("SECRET_KEY_FALLBACKS", "").split()

ALLOWED_HOSTS = os.environ.get("ALLOWED_HOSTS", "localhost,127.0.0.1,[::1]").split(",")

INSTALLED_APPS = [
    "config",
    # The admin's look; it comes first because its templates stand in front of Django's own. Their plain
    # configurations: the admin's pages are registered by name in rewards/admin/site.py.
    "unfold.apps.BasicAppConfig",
    "django.contrib.admin.apps.SimpleAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "marketplace",
    "marketplace.inbox",
    "marketplace.intake",
    "marketplace.feeds",
    "marketplace.registry",
    "marketplace.facts",
    "rewards",
    "rewards.webhooks",
    "rewards.hints",
    "rewards.ledger",
    "rewards.flags",
    "rewards.fairness",
    "rewards.identity",
    "rewards.rules",
    "rewards.shipments",
    "rewards.series",
    "rewards.adjustments",
    "rewards.appeals",
    "rewards.notices",
    "rewards.standings",
    "rewards.staff",
    "rewards.tab",
    "rewards.api",
    "rewards.admin",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "rewards.admin.policy.PolicyMiddleware",
]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]


# Statements that nearly every request runs are kept parsed by PostgreSQL for each connection, which halves
# what they cost. A pooler that lends a connection to another client between transactions needs
# PREPARED_STATEMENTS=0, unless it follows prepared statements itself, as PgBouncer 1.21 and later can.
PREPARED_STATEMENTS = os.environ.get("PREPARED_STATEMENTS", "1") == "1"


def database(url: str) -> dict[str, Any]:
    """One PostgreSQL connection setting; every session works in UTC."""
    settings: dict[str, Any] = dict(dj_database_url.parse(url, conn_max_age=60, conn_health_checks=True))
    if settings["ENGINE"] != "django.db.backends.postgresql":
        raise ImproperlyConfigured("DATABASE_URL must name a PostgreSQL database (15 or newer).")
    # A socket's folder comes as an option, and Django's own tools look for it in HOST.
    options = settings.setdefault("OPTIONS", {})
    settings["HOST"] = options.pop("host", settings["HOST"])
    # psycopg prepares nothing at all without a threshold; with this one what asks for it, and nothing else.
    options.setdefault("prepare_threshold", sys.maxsize if PREPARED_STATEMENTS else None)
    return settings


# The app's role owns nothing; the owner's migrates. manage.py asks for the owner where a command changes
# tables. Where only DATABASE_URL is given, one role does both.
DATABASE_URL = os.environ.get("DATABASE_URL") or local.database_url()
DATABASE_OWNER_URL = os.environ.get("DATABASE_OWNER_URL") or (local.owner_url() if EMBEDDED else DATABASE_URL)
AS_OWNER = os.environ.get("DATABASE_ROLE") == "owner"
DATABASES = {"default": database(DATABASE_OWNER_URL if AS_OWNER else DATABASE_URL)}

# Only staff have passwords.
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
]

REDIS_URL = os.environ.get("REDIS_URL") or local.redis_url()

# Where mail goes out, such as smtp://user:password@host:587/?tls=1 or smtps://…; without it staff read what
# waits for them on the dashboard alone. A mail server that hangs costs a worker ten seconds.
EMAIL_URL = os.environ.get("EMAIL_URL", "")
_MAIL = urlsplit(EMAIL_URL)
if EMAIL_URL and (_MAIL.scheme not in ("smtp", "smtps") or not _MAIL.hostname):
    raise ImproperlyConfigured(
        "EMAIL_URL must look like smtp://user:password@host:587/?tls=1 or smtps://host."
    )
EMAIL_HOST = _MAIL.hostname or ""
EMAIL_PORT = _MAIL.port or (465 if _MAIL.scheme == "smtps" else 587)
EMAIL_HOST_USER = unquote(_MAIL.username or "")
EMAIL_HOST_PASSWORD = unquote(_MAIL.password or "")
EMAIL_USE_SSL = _MAIL.scheme == "smtps"
EMAIL_USE_TLS = not EMAIL_USE_SSL and "tls=1" in _MAIL.query
EMAIL_TIMEOUT = 10
EMAIL_FROM = os.environ.get("EMAIL_FROM", "holdfast@localhost")
# What links in a mail begin with.
SITE_URL = os.environ.get("SITE_URL", "http://localhost:8000").rstrip("/")

DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

LANGUAGE_CODE = "en"
TIME_ZONE = "UTC"
USE_TZ = True
USE_I18N = False

STATIC_URL = "/static/"
STATIC_ROOT = BASE_DIR / "staticfiles"

# For so long a batch's hint counts as sent; after it the sweeper sends another.
BATCH_LEASE_SECONDS = int(os.environ.get("BATCH_LEASE_SECONDS", "60"))

# So often beat has the sweeper look for what is due. Requests publish nothing, so this is how long a click
# waits for a worker; a sweep that finds nothing is one statement of about a millisecond.
SWEEP_SECONDS = int(os.environ.get("SWEEP_SECONDS", "2"))

# Wallets sign in for this chain, whose number is in the text that they sign.
SIGN_IN_CHAIN_ID = int(os.environ.get("SIGN_IN_CHAIN_ID", "1"))
# A node of that chain, which says whether contract wallets signed (EIP-1271, ERC-6492). Without one they
# cannot sign in, and nothing is asked of any network.
SIGN_IN_RPC_URL = os.environ.get("SIGN_IN_RPC_URL", "")
SIGN_IN_RPC_SECONDS = float(os.environ.get("SIGN_IN_RPC_SECONDS", "4"))
if SIGN_IN_RPC_URL and not SIGN_IN_RPC_URL.startswith(("https://", "http://")):
    raise ImproperlyConfigured("SIGN_IN_RPC_URL must begin with https:// or http://.")

# A wallet that was unlinked waits so long before another collector can have it: nobody lends out an old hold.
LINK_COOL_DOWN_DAYS = int(os.environ.get("LINK_COOL_DOWN_DAYS", "30"))

# Whether anybody can look at the page of a collector who has not made it private: PUBLIC_PAGES=0 keeps every
# page for its own collector.
PUBLIC_PAGES = os.environ.get("PUBLIC_PAGES", "1") == "1"

# So often, at most, places by balance are counted anew while XP moves; when a round has gone out, at once.
STANDINGS_MINUTES = int(os.environ.get("STANDINGS_MINUTES", "5"))

# Origins that may show the card, /rewards/card/, in a frame, parted by spaces: https://market.example.
# Without any nobody may; all other pages are framed by nobody.
EMBED_ORIGINS = os.environ.get("EMBED_ORIGINS", "").split()
if not all(re.fullmatch(r"https?://[A-Za-z0-9.-]+(:[0-9]+)?", origin) for origin in EMBED_ORIGINS):
    raise ImproperlyConfigured("EMBED_ORIGINS must name origins such as https://market.example.")

# OpenSea's APIs, for `manage.py poll` and `stream`. Tests point them at servers of their own.
OPENSEA_API_URL = os.environ.get("OPENSEA_API_URL", "https://api.opensea.io").rstrip("/")
OPENSEA_STREAM_URL = os.environ.get("OPENSEA_STREAM_URL", "wss://stream-api.opensea.io/socket/websocket")
OPENSEA_API_KEY = os.environ.get("OPENSEA_API_KEY", "")

# Hosts that webhooks may be sent to although they are in a network of one's own, parted by commas. Every
# other must have public addresses alone.
WEBHOOK_ALLOWED_HOSTS = [
    host.strip().lower() for host in os.environ.get("WEBHOOK_ALLOWED_HOSTS", "").split(",") if host.strip()
]

# For so many days what webhooks delivered or gave up is kept, to be looked at and sent again; 0 keeps all.
WEBHOOK_KEEP_DAYS = int(os.environ.get("WEBHOOK_KEEP_DAYS", "90"))

# What a page may load and run: our own files and nothing inline. A wallet's icon comes as data. The admin's
# theme needs more, which rewards/admin/policy.py says; the API's page has a policy of its own.
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'none'"],
        "script-src": ["'self'"],
        "style-src": ["'self'"],
        "img-src": ["'self'", "data:"],
        "font-src": ["'self'"],
        "connect-src": ["'self'"],
        "form-action": ["'self'"],
        "frame-ancestors": ["'none'"],
        "base-uri": ["'none'"],
    },
}

# Django's sessions in the database, which it reads by a prepared statement.
SESSION_ENGINE = "config.sessions"

# Where people sign in, every page, cookie and later visit is HTTPS only.
HTTPS = not (LOCAL or DEBUG)
SECURE_SSL_REDIRECT = HTTPS
SESSION_COOKIE_SECURE = HTTPS
CSRF_COOKIE_SECURE = HTTPS
SECURE_HSTS_SECONDS = 365 * 24 * 60 * 60 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = HTTPS
SECURE_HSTS_PRELOAD = HTTPS
# Only a proxy that sets this header itself, and drops a visitor's, makes it worth trusting.
BEHIND_PROXY = os.environ.get("BEHIND_PROXY", "") == "1"
if BEHIND_PROXY:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")


# Courtesy among visitors and programs, in each web process.
SIGN_IN_TEXTS_A_MINUTE = int(os.environ.get("SIGN_IN_TEXTS_A_MINUTE", "20"))
API_REQUESTS_A_MINUTE = int(os.environ.get("API_REQUESTS_A_MINUTE", "120"))
API_REQUESTS_A_MINUTE_WITH_KEY = int(os.environ.get("API_REQUESTS_A_MINUTE_WITH_KEY", "1200"))
EVENT_BATCHES_A_MINUTE = int(os.environ.get("EVENT_BATCHES_A_MINUTE", "1200"))

REST_FRAMEWORK: dict[str, Any] = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["rewards.api.auth.KeyAuthentication"],
    # A view that does not say who may call it lets nobody in.
    "DEFAULT_PERMISSION_CLASSES": ["rewards.api.auth.HasScope"],
    "DEFAULT_THROTTLE_CLASSES": ["rewards.api.throttles.ByCaller"],
    # The proxy adds the address that it saw at the end; what a visitor wrote before it counts for nothing.
    "NUM_PROXIES": 1 if BEHIND_PROXY else 0,
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rewards.api.parsers.JsonBody"],
    "DEFAULT_METADATA_CLASS": None,
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "rewards.api.problems.handle",
    "UNAUTHENTICATED_USER": None,
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
}

SPECTACULAR_SETTINGS: dict[str, Any] = {
    "TITLE": "Holdfast",
    "DESCRIPTION": "The XP and loyalty engine that an NFT marketplace runs beside its order book. "
    "Every error is a problem document (RFC 9457). Events come in at `POST /api/v1/events`, signed by "
    "Standard Webhooks; docs/reference/events.md has their formats.",
    "VERSION": "1",
    "SERVE_INCLUDE_SCHEMA": False,
    # Several things have a state, each with values of its own.
    "ENUM_NAME_OVERRIDES": {
        "FlagState": ["on", "paused"],
        "FlightState": ["shipping", "halted"],
        "RoundState": ["shipping", "halted", "shipped", "sealed"],
        "ComingState": ["announced", "planned"],
        "RuleState": ["on", "paused", "to come", "ended"],
    },
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "rewards.api.schema.add_problems",
    ],
}


def _entry(title: str, icon: str, name: str, *beside: str) -> dict[str, Any]:
    """An entry of the admin's navigation; ``beside`` is where pages begin that belong to it, too."""
    link = reverse_lazy(f"admin:{name}")

    def is_here(request: Any) -> bool:
        if name == "index":
            return bool(request.path == link)
        return any(request.path.startswith(f"{start}") for start in (link, *beside))

    return {"title": title, "icon": icon, "link": link, "active": is_here}


UNFOLD: dict[str, Any] = {
    "SITE_TITLE": "Holdfast",
    "SITE_HEADER": "Holdfast",
    "SITE_SUBHEADER": "Staff",
    "SITE_SYMBOL": "anchor",
    "SITE_URL": "/rewards/",
    "SITE_FAVICONS": [
        {"rel": "icon", "href": lambda _: static("tab/mark.svg"), "type": "image/svg+xml"},
    ],
    "BORDER_RADIUS": "8px",
    # The green of the rewards tab.
    "COLORS": {
        "primary": {
            "50": "oklch(97.5% .015 178)",
            "100": "oklch(94.5% .03 178)",
            "200": "oklch(89% .055 178)",
            "300": "oklch(83% .09 178)",
            "400": "oklch(78% .12 178)",
            "500": "oklch(62% .11 178)",
            "600": "oklch(52% .095 178)",
            "700": "oklch(46% .085 178)",
            "800": "oklch(39% .07 178)",
            "900": "oklch(33% .055 178)",
            "950": "oklch(23% .04 178)",
        },
    },
    "SIDEBAR": {
        "show_search": False,
        "navigation": [
            {
                "title": "Decide",
                "items": [
                    _entry("Dashboard", "dashboard", "index"),
                    _entry("Flags and pauses", "toggle_on", "flags"),
                    _entry("Rules", "rule", "rules", "/admin/rule/"),
                    _entry(
                        "Shipments", "local_shipping", "shipments", "/admin/new-shipment/", "/admin/what-if/"
                    ),
                    _entry("Corrections", "balance", "adjustments"),
                    _entry("Appeals", "contact_support", "appeals"),
                    _entry("Series", "event_repeat", "series"),
                    _entry("Flagged sales", "report", "fairness"),
                ],
            },
            {
                "title": "Look up",
                "items": [
                    _entry("Collectors", "person_search", "collectors"),
                    _entry("Change log", "history", "staff_change_changelist"),
                ],
            },
            {
                "title": "Keep",
                "items": [
                    _entry("Cohorts", "groups", "cohorts"),
                    _entry("Collections", "collections_bookmark", "registry_collection_changelist"),
                    _entry("Webhooks", "webhook", "webhooks"),
                    _entry("Custody and rates", "account_balance", "market"),
                    _entry("Seasons", "calendar_month", "rules_season_changelist"),
                ],
            },
        ],
    },
}
