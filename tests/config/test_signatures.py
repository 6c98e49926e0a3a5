"""A message counts if one of its signatures was made with the secret, over id, time and body, just now."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from config import signatures
from config.signatures import NotSigned

# The example of the Standard Webhooks specification and of the libraries that follow it.
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"  # noqa: S105 (it is published)
BODY = b'{"test": 2432232314}'
AT = datetime.fromtimestamp(1614265330, tz=UTC)
GOOD = {
    "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
    "webhook-timestamp": "1614265330",
    "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
}


def is_signed(body: bytes = BODY, secret: str = SECRET, as_of: datetime = AT, **changes: str) -> bool:
    headers = GOOD | {f"webhook-{name}": value for name, value in changes.items()}
    signed = signatures.read(headers, as_of=as_of)
    return signed.is_by(secret=signatures.key_of(secret), body=body)


class TestRead:
    def test_agrees_with_the_specification(self) -> None:
        assert is_signed()
        assert GOOD["webhook-signature"] == signatures.sign(
            secret=SECRET, message_id=GOOD["webhook-id"], timestamp=1614265330, body=BODY
        )

    @pytest.mark.parametrize(
        "changes",
        [
            {"id": "msg_2"},
            {"timestamp": "1614265331"},
            {"signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OA="},
            {"signature": "v1,AAAA"},
        ],
    )
    def test_covers_id_and_time(self, changes: dict[str, Any]) -> None:
        assert not is_signed(**changes)

    def test_covers_the_body_and_needs_the_secret(self) -> None:
        assert not is_signed(body=BODY + b" ")
        assert not is_signed(secret=signatures.new_secret())

    def test_takes_any_of_several_signatures(self) -> None:
        good = GOOD["webhook-signature"]
        assert is_signed(signature=f"v1,AAAA v1a,{good[3:]} {good} v1,!!")

    @pytest.mark.parametrize("seconds", [-300, 0, 300])
    def test_takes_a_clock_that_is_five_minutes_off(self, seconds: int) -> None:
        assert is_signed(as_of=AT + timedelta(seconds=seconds))

    @pytest.mark.parametrize("seconds", [-301, 301])
    def test_refuses_one_that_is_further_off(self, seconds: int) -> None:
        with pytest.raises(NotSigned, match=r"^webhook-timestamp is more than five minutes from now"):
            is_signed(as_of=AT + timedelta(seconds=seconds))

    @pytest.mark.parametrize(
        ("changes", "sentence"),
        [
            ({"id": ""}, "webhook-id is missing."),
            ({"id": "a b"}, "webhook-id must be 1 to 256 visible ASCII characters."),
            ({"id": "a\0"}, "webhook-id must be 1 to 256 visible ASCII characters."),
            ({"id": "x" * 257}, "webhook-id must be 1 to 256 visible ASCII characters."),
            ({"timestamp": ""}, "webhook-timestamp is missing."),
            ({"timestamp": "now"}, "webhook-timestamp must be seconds since 1970."),
            ({"timestamp": "-1"}, "webhook-timestamp must be seconds since 1970."),
            ({"timestamp": "1.5"}, "webhook-timestamp must be seconds since 1970."),
            ({"timestamp": "٣"}, "webhook-timestamp must be seconds since 1970."),
            ({"timestamp": "9" * 400}, "webhook-timestamp must be seconds since 1970."),
            ({"signature": ""}, "webhook-signature is missing."),
            ({"signature": "v1a,AAAA"}, "webhook-signature must hold a signature such as v1,base64"),
            ({"signature": "v1,ä"}, "webhook-signature must hold a signature such as v1,base64"),
            ({"signature": "v1,A"}, "webhook-signature must hold a signature such as v1,base64"),
        ],
    )
    def test_says_which_header_is_wrong(self, changes: dict[str, Any], sentence: str) -> None:
        with pytest.raises(NotSigned) as refused:
            is_signed(**changes)
        assert str(refused.value).startswith(sentence)
