"""Addresses as people type them and as the tab shows them."""

import pytest

from marketplace.registry import addresses


class TestChecksummed:
    @pytest.mark.parametrize(
        "address",
        [
            # The examples of EIP-55.
            "0x52908400098527886E0F7030069857D2E4169EE7",
            "0x8617E340B3D01FA5F11F306F4090FD50E238070D",
            "0xde709f2102306220921060314715629080e2fb77",
            "0x27b1fdb04752bbc536007a920d24acb045561c26",
            "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed",
            "0xfB6916095ca1df60bB79Ce92cE3Ea74c37c5d359",
            "0xdbF03B407c01E7cD3CBea99509d93f8DDDC8C6FB",
            "0xD1220A0cf47c7B9Be7A2E6BA89F429762e7b9aDb",
        ],
    )
    def test_writes_the_mixed_case_of_eip_55(self, address: str) -> None:
        assert addresses.checksummed(address.lower()) == address

    def test_leaves_other_addresses_alone(self) -> None:
        assert (
            addresses.checksummed("tz1VSUr8wwNhLAzempoch5d6hLRiTh8Cjcjb")
            == "tz1VSUr8wwNhLAzempoch5d6hLRiTh8Cjcjb"
        )


class TestParse:
    @pytest.mark.parametrize(
        ("typed", "address"),
        [
            ("0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed", "0x5aaeb6053f3e94c9b9a09f33669435e7ef1beaed"),
            ("  0x" + "A" * 40 + " ", "0x" + "a" * 40),
            ("tz1VSUr8wwNh", "tz1VSUr8wwNh"),
            ("0x123", None),
            ("0x" + "g" * 40, None),
            ("0x" + "a" * 40 + "\n\x00", None),
            ("", None),
            ("ann smith", None),
            ("é" * 20, None),
            ("a" * 129, None),
        ],
    )
    def test_reads_what_can_be_an_address(self, typed: str, address: str | None) -> None:
        assert addresses.parse(typed) == address


class TestShortened:
    def test_leaves_the_middle_out(self) -> None:
        assert addresses.shortened("0x5aaeb6053f3e94c9b9a09f33669435e7ef1beaed") == "0x5aAe…eAed"
        assert addresses.shortened("tz1abc") == "tz1abc"
