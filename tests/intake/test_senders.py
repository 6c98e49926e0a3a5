"""Who may send: secrets are shown once, rotate with an overlap, and are in no table as they are."""

import io
import json
from datetime import timedelta
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from config import sealing
from marketplace.intake import operations as intake
from marketplace.intake.errors import SenderError
from marketplace.intake.models import SEALED_FOR, Delivery, Secret, Sender
from tests.inbox.given import event
from tests.intake.given import post, sender

pytestmark = pytest.mark.django_db


def command(*words: str) -> tuple[str, str]:
    """Standard output and standard error of ``manage.py sender``."""
    out, err = io.StringIO(), io.StringIO()
    call_command("sender", *words, stdout=out, stderr=err)
    return out.getvalue(), err.getvalue()


def works(secret: str) -> bool:
    status: int = post([event("mint")], secret=secret, message_id=f"m{Delivery.objects.count()}").status_code
    return status == 200


class TestRotate:
    def test_both_secrets_count_while_they_overlap(self) -> None:
        old = sender()
        new = intake.rotate_secret(name="market", overlap=timedelta(hours=1), as_of=timezone.now())
        assert works(old)
        assert works(new)

    def test_the_old_one_ends_with_the_overlap(self) -> None:
        old = sender()
        new = intake.rotate_secret(name="market", overlap=timedelta(0), as_of=timezone.now())
        assert not works(old)
        assert works(new)

    def test_a_revoked_sender_gets_in_again_with_a_new_one_only(self) -> None:
        old = sender()
        intake.revoke_sender(name="market", as_of=timezone.now())
        assert not works(old)
        new = intake.rotate_secret(name="market", overlap=timedelta(hours=1), as_of=timezone.now())
        assert not works(old)
        assert works(new)


class TestSealing:
    def test_a_secret_is_in_no_table_as_it_is(self) -> None:
        secret = sender()
        works(secret)
        with connection.cursor() as cursor:
            cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
            for (table,) in cursor.fetchall():
                for text in (secret[6:], secret[6:].encode().hex()):
                    found = f'SELECT count(*) FROM "{table}" AS row WHERE strpos(row::text, %s) > 0'
                    cursor.execute(found, [text])
                    assert cursor.fetchone() == (0,), table
        assert secret not in repr(list(Secret.objects.values()))

    def test_is_read_with_a_former_key_and_not_without(self, settings: Any) -> None:
        secret = sender()
        before, settings.SECRET_KEY = settings.SECRET_KEY, "another-" * 10
        assert not works(secret)
        assert "cannot be read" in command("list")[0]
        with pytest.raises(sealing.Unreadable):
            sealing.unseal(bytes(Secret.objects.get().sealed), purpose=SEALED_FOR)
        settings.SECRET_KEY_FALLBACKS = [before]
        assert works(secret)


class TestCommand:
    def test_shows_the_secret_once_and_alone(self) -> None:
        out, err = command("add", "market", "--by", "ann")
        assert works(out.strip())
        assert "market may send events of source market" in err
        assert out.strip() not in err
        assert "whsec_" not in command("list")[0] + command("list", "--json")[0]

    def test_lists_who_may_send(self) -> None:
        command("add", "market", "--by", "ann")
        command("add", "shop", "--by", "ann")
        command("rotate", "market", "--overlap-hours", "1")
        command("revoke", "shop")
        lines = command("list")[0].splitlines()
        assert lines[0].startswith("market: a secret of ")
        assert lines[0].count(" until ") == 1
        assert lines[1].startswith("shop: revoked ")
        told = json.loads(command("list", "--json")[0])
        assert [(one["name"], len(one["secrets"]), bool(one["revoked_at"])) for one in told] == [
            ("market", 2, False), ("shop", 0, True),
        ]  # fmt: skip

    @pytest.mark.parametrize(
        ("words", "sentence"),
        [
            (["add", "The Market"], "A sender is named like its source: 1 to 64 of a-z 0-9 . _ -"),
            (["add", "market"], "There is a sender called market; sender rotate gives it another secret."),
            (["rotate", "shop"], "There is no sender called shop; sender list shows who there is."),
            (["rotate", "market", "--overlap-hours", "-1"], "--overlap-hours must be 0 to 2160"),
            (["revoke", "shop"], "There is no sender called shop; sender list shows who there is."),
        ],
    )
    def test_says_what_cannot_be_done(self, words: list[str], sentence: str) -> None:
        sender()
        with pytest.raises(CommandError) as error:
            command(*words)
        assert str(error.value).startswith(sentence)

    def test_a_second_revocation_is_an_error(self) -> None:
        sender()
        command("revoke", "market")
        with pytest.raises(CommandError, match=r"^market was revoked before"):
            command("revoke", "market")

    def test_every_change_is_logged_and_no_secret(self) -> None:
        secret = command("add", "market", "--by", "ann")[0].strip()
        command("rotate", "market", "--by", "bob")
        command("revoke", "market", "--by", "bob")
        with connection.cursor() as cursor:
            cursor.execute("SELECT table_name, actor, before, after FROM staff_change ORDER BY id")
            changes = cursor.fetchall()
        assert [(table, actor) for table, actor, *_ in changes] == [
            ("intake_sender", "ann"), ("intake_secret", "ann"),
            ("intake_secret", "bob"), ("intake_secret", "bob"),
            ("intake_sender", "bob"), ("intake_secret", "bob"), ("intake_secret", "bob"),
        ]  # fmt: skip
        sealed = [bytes(one.sealed).hex() for one in Secret.objects.all()]
        for *_, before, after in changes:
            assert not any(word in f"{before}{after}" for word in [secret, "sealed", *sealed])


class TestConstraints:
    @pytest.mark.parametrize(
        ("name", "make"),
        [
            ("sender_is_named_like_a_source", lambda: Sender.objects.create(name="A b", added_by="ann")),
            (
                "secret_ends_after_it_is_made",
                lambda: Secret.objects.create(
                    sender=Sender.objects.create(name="a", added_by="ann"),
                    sealed=b"",
                    made_at=timezone.now(),
                    ends_at=timezone.now() - timedelta(days=1),
                ),
            ),
            (
                "body_is_kept_as_its_sha256",
                lambda: Delivery.objects.create(sender_id=1, message_id="a", digest=b"a", outcomes=""),
            ),
            (
                "message_is_taken_in_once",
                lambda: Delivery.objects.bulk_create(
                    Delivery(sender_id=1, message_id="a", digest=b"a" * 32, outcomes="") for _ in range(2)
                ),
            ),
        ],
    )
    def test_holds(self, name: str, make: Any) -> None:
        with pytest.raises(IntegrityError, match=name), transaction.atomic():
            make()

    def test_add_says_the_same_as_the_database(self) -> None:
        with pytest.raises(SenderError, match="named like its source"):
            intake.add_sender(name="", by="ann", as_of=timezone.now())
