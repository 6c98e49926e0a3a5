"""Keys: shown once, kept as a digest, refused when they do not count, and never changed."""

import json
import logging
from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, IntegrityError, connection
from django.test import Client
from django.utils import timezone

from rewards.api import operations as keys
from rewards.api import queries
from rewards.api.errors import ApiKeyError
from rewards.api.models import ApiKey
from rewards.staff.models import Change
from tests.api import given
from tests.tables import day

pytestmark = pytest.mark.django_db

STATUS = "/api/v1/ops/status"


def with_header(header: str) -> int:
    return int(Client(headers={"Authorization": header}).get(STATUS).status_code)


class TestMakeKey:
    @pytest.mark.parametrize(
        ("change", "sentence"),
        [
            ({"name": " "}, "A key needs a name"),
            ({"scopes": []}, "A key needs a scope"),
            ({"scopes": ["flags:all"]}, "There is no scope called flags:all; the scopes are flags:write"),
            ({"expires_at": day("2026-01-01")}, "A key expires after it is made"),
            ({"expires_at": day("2029-01-01")}, "within two years"),
        ],
    )
    def test_refuses_what_is_no_key(self, change: dict[str, object], sentence: str) -> None:
        wanted = {"name": "bot", "scopes": ["ops:read"], "by": "olga", "expires_at": day("2026-02-01")}
        with pytest.raises(ApiKeyError, match=sentence):
            keys.make_key(as_of=day("2026-01-01"), **wanted | change)  # type: ignore[arg-type]
        assert not queries.list_keys()

    def test_keeps_no_secret_anywhere(self, caplog: pytest.LogCaptureFixture) -> None:
        with caplog.at_level(logging.DEBUG):
            made = given.key("ops:read")
            assert with_header(f"Bearer {made.secret}") == 200
            assert with_header(f"Bearer {made.secret}x") == 401

        with connection.cursor() as cursor:
            cursor.execute("SELECT row_to_json(api_apikey)::TEXT FROM api_apikey")
            kept = str(cursor.fetchall()) + str(list(Change.objects.values_list("after", "before")))
        secret = made.secret.removeprefix(made.key.prefix)
        assert len(secret) == 44
        assert made.key.prefix in kept
        assert secret not in kept + caplog.text + repr(made)

    def test_leaves_a_line_in_the_change_log_and_none_for_each_use(self) -> None:
        made = given.key("ops:read")
        with_header(f"Bearer {made.secret}")
        keys.revoke_key(prefix=made.key.prefix, by="olga", as_of=timezone.now())

        logged = Change.objects.filter(table_name="api_apikey").order_by("id")
        assert [(one.before is None, "digest" in (one.after or {})) for one in logged] == [
            (True, False),
            (False, False),
        ]


class TestGetKey:
    def test_a_key_counts_until_it_is_revoked(self) -> None:
        made = given.key("ops:read")
        assert with_header(f"Bearer {made.secret}") == with_header(f"bearer {made.secret}") == 200

        keys.revoke_key(prefix=made.key.prefix, by="olga", as_of=timezone.now())

        assert with_header(f"Bearer {made.secret}") == 401
        with pytest.raises(ApiKeyError, match="was revoked already, by olga"):
            keys.revoke_key(prefix=made.key.prefix, by="olga", as_of=timezone.now())

    def test_a_key_counts_until_it_expires(self) -> None:
        made = given.key("ops:read", days=1)
        end = made.key.expires_at
        assert queries.get_key(secret=made.secret, as_of=end - timedelta(seconds=1)) is not None
        assert queries.get_key(secret=made.secret, as_of=end) is None

    @pytest.mark.parametrize(
        "header",
        [
            "Bearer",
            "Bearer ",
            "Basic b2xnYTpvbGdh",
            "Bearer hfk_00000000_" + "a" * 43,
            "hfk",
            "Bearer \xff\x00",
        ],
    )
    def test_anything_else_is_nobody(self, header: str) -> None:
        assert with_header(header) == 401

    def test_notes_a_use_once_an_hour(self) -> None:
        made = given.key("ops:read")
        first = timezone.now()
        keys.note_use(key=made.key, as_of=first)
        for minutes, expected in [(59, first), (61, first + timedelta(minutes=61))]:
            # The row as this request read it: used an hour ago or not yet known to be used.
            keys.note_use(key=made.key, as_of=first + timedelta(minutes=minutes))
            assert ApiKey.objects.get().used_at == expected


class TestGuards:
    @pytest.mark.parametrize(
        "statement",
        [
            "UPDATE api_apikey SET scopes = '{flags:write}'",
            "UPDATE api_apikey SET expires_at = expires_at + INTERVAL '1 day'",
            "UPDATE api_apikey SET digest = sha256('known')",
            "UPDATE api_apikey SET revoked_at = NULL, revoked_by = ''",
            "DELETE FROM api_apikey",
            "TRUNCATE api_apikey",
        ],
    )
    def test_a_key_is_revoked_and_never_changed(self, statement: str) -> None:
        made = given.key("ops:read")
        keys.revoke_key(prefix=made.key.prefix, by="olga", as_of=timezone.now())
        refused = pytest.raises(DatabaseError, match="A key is revoked and replaced, never changed")
        with refused, connection.cursor() as cursor:
            cursor.execute(statement)

    @pytest.mark.parametrize(
        ("change", "constraint"),
        [
            ({"digest": b"short"}, "key_is_kept_as_its_sha256"),
            ({"scopes": []}, "key_has_a_scope"),
            ({"name": ""}, "key_has_a_name"),
            ({"expires_at": day("2025-01-01")}, "key_expires_after_it_is_made"),
        ],
    )
    def test_a_key_is_whole(self, change: dict[str, object], constraint: str) -> None:
        whole = {
            "name": "bot",
            "prefix": "hfk_1",
            "digest": b"0" * 32,
            "scopes": ["ops:read"],
            "created_by": "olga",
            "created_at": day("2026-01-01"),
            "expires_at": day("2026-02-01"),
        }
        with pytest.raises(IntegrityError, match=constraint):
            ApiKey.objects.create(**whole | change)


class TestCommand:
    def test_makes_lists_and_revokes(self) -> None:
        secret, said = StringIO(), StringIO()
        call_command(
            "apikey", "add", "on-call bot", scope=["ops:read"], by="olga", stdout=secret, stderr=said
        )
        assert with_header(f"Bearer {secret.getvalue().strip()}") == 200
        prefix = secret.getvalue()[:12]
        assert prefix in said.getvalue()
        assert secret.getvalue().strip() not in said.getvalue()

        listed = StringIO()
        call_command("apikey", "list", json=True, stdout=listed)
        (row,) = json.loads(listed.getvalue())
        assert (row["prefix"], row["scopes"], row["revoked_at"]) == (prefix, ["ops:read"], None)
        assert row["used_at"] is not None

        call_command("apikey", "revoke", prefix, by="olga", stdout=StringIO())
        listed = StringIO()
        call_command("apikey", "list", stdout=listed)
        assert f"{prefix}  revoked by olga" in listed.getvalue()
        with pytest.raises(CommandError, match="There is no key that begins with hfk_none"):
            call_command("apikey", "revoke", "hfk_none")
        with pytest.raises(CommandError, match="within two years"):
            call_command("apikey", "add", "bot", scope=["ops:read"], days=10**9)
