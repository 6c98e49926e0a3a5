"""The page of a collector for support: all of it in one place."""

import pytest

from marketplace.registry.models import Wallet
from tests.admin.given import signed_in, text
from tests.tab import given, sample
from tests.tables import address

pytestmark = pytest.mark.django_db


class TestFind:
    def test_leads_from_any_wallet_to_its_collector(self) -> None:
        given.wallet("ann")
        typed = address("ann").upper().replace("0X", "0x")

        response = signed_in("viewer").get("/admin/collectors/", {"wallet": f" {typed} "})
        assert response["Location"] == f"/admin/collectors/{address('ann')}/"

    @pytest.mark.parametrize(
        ("typed", "says"), [("0x12", "is no address of a wallet"), (address("bob"), "No event named")]
    )
    def test_says_why_there_is_none(self, typed: str, says: str) -> None:
        vera = signed_in("viewer")
        response = vera.get("/admin/collectors/", {"wallet": typed})

        assert response.status_code == 400
        assert says in text(response)
        assert says in text(vera.get(f"/admin/collectors/{typed}/", follow=True))


class TestShow:
    def test_has_what_they_got_and_what_they_did_not_with_the_reasons(self) -> None:
        sample.fill()
        other = given.wallet("bob", linked_to=Wallet.objects.get(address=address("ann")))

        said = text(signed_in("viewer").get(f"/admin/collectors/{other.address}/"))
        assert "Bought SuperRare #812 for 0.9 ETH" in said
        assert "190 XP × 1.25 = 237 XP, rounded down" in said
        assert "A purchase earns from 0.01 ETH on." in said
        assert "No rate for the currency" in said
        assert "Held SuperRare #377" in said
        assert "Award, Spring round" in said
        assert said.count("0x61") == 1

    def test_says_so_where_there_is_nothing(self) -> None:
        given.wallet("dan")

        said = text(signed_in("viewer").get(f"/admin/collectors/{address('dan')}/"))
        assert "No round brought them a line" in said
        assert "They hold nothing now." in said
        assert "No listing or bid of theirs rests now." in said
        assert "No XP moved to or from them yet." in said
