"""An uploaded sheet of corrections: what can be read, and each bad row with its line and reason."""

import pytest

from rewards.adjustments import sheet
from rewards.adjustments.sheet import SheetError
from tests.tables import address

ANN, BOB = address("ann"), address("bob")
HEAD = "wallet,xp,reason,evidence,takes_back"


class TestRead:
    def test_finds_columns_in_any_order_and_skips_empty_rows(self) -> None:
        found = sheet.read(
            ["\ufeffXP,wallet,evidence,reason", "", f'+5,{ANN},T1,"Paid, twice"', ",,,", f"7,{BOB},T2,r"]
        )
        assert [(row.line, row.address, row.amount_xp, row.reason) for row in found.rows] == [
            (3, ANN, 5, "Paid, twice"),
            (5, BOB, 7, "r"),
        ]
        assert found.bad == []

    @pytest.mark.parametrize(
        ("row", "said"),
        [
            (f"{ANN[:-1]},5,r,e", "has 39 digits after 0x, where an address has 40."),
            (f"{ANN},5.5,r,e", "has “5.5” as XP, which is no whole number."),
            (f"{ANN},0,r,e", "moves 0 XP; it has to be between 1 and 1,000,000,000,000,000, or"),
            (f"{ANN},9999999999999999,r,e", "moves 9,999,999,999,999,999 XP; it has to be"),
            (f"{ANN},-5,r,e,", "takes XP back and does not say of what"),
            (f"{ANN},−5,r,e,", "takes XP back and does not say of what"),
            (f"{ANN},5,r,e,march", "gives XP and says what it takes back"),
            (f"{ANN},5,,e", "has no reason; collectors read it."),
            (f"{ANN},5,r", "has no evidence; whoever approves reads it."),
            (f"{ANN},5,{'r' * 2_001},e", "has 2,001 letters of reason"),
            (f"{ANN},5,r,e,,more", "has more cells than there are columns."),
            (f"{BOB},5,r,e", "corrects this wallet a second time, after line 2."),
        ],
    )
    def test_says_of_a_bad_row_where_it_is_and_why(self, row: str, said: str) -> None:
        found = sheet.read([HEAD, f"{BOB},1,r,e", row])
        assert len(found.rows) == 1
        assert [bad.line for bad in found.bad] == [3]
        assert found.bad[0].reason.startswith(said)

    @pytest.mark.parametrize(
        ("lines", "said"),
        [
            ([], "There is no wallet."),
            (["wallet,xp,reason"], "There is no evidence."),
            ([f"{HEAD},colour"], "“colour” is none of them."),
            ([HEAD], "corrects nothing"),
            ([HEAD, f'{ANN},5,"r'], "no CSV from line 2 on"),
        ],
    )
    def test_says_what_is_wrong_with_the_whole(self, lines: list[str], said: str) -> None:
        with pytest.raises(SheetError, match=said):
            sheet.read(lines)
