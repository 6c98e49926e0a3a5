"""Numbers, durations and dates as the tab writes them. Integers in, text out, no floats."""

from datetime import datetime, timedelta

from rewards.tab.rows import Price

MICRO = 1_000_000
FULL_BP = 10_000
DAY_SECONDS = 86_400


def whole(number: int) -> str:
    """Write a whole number with thousands separators."""
    return f"{number:,}"


def decimal(units: int, *, places: int, significant: int | None = None) -> str:
    """
    Write ``units`` of 10^-places as a decimal, without trailing zeros.

    With ``significant`` the digits after that many are cut off, but never whole ones.
    """
    if places == 0:
        return whole(units)
    whole_part, fraction = divmod(units, 10**places)
    digits = f"{fraction:0{places}d}"
    if significant is not None:
        leading = len(digits) - len(digits.lstrip("0")) if whole_part == 0 else -len(str(whole_part))
        digits = digits[: max(leading + significant, 0)]
    digits = digits.rstrip("0")
    return f"{whole(whole_part)}.{digits}" if digits else whole(whole_part)


def xp(amount_xp: int) -> str:
    """Write whole XP."""
    return f"{whole(amount_xp)} XP"


def signed_xp(change_xp: int) -> str:
    """Write a change of a balance with its sign; none is 0 XP."""
    sign = "+" if change_xp > 0 else "−" if change_xp < 0 else ""
    return f"{sign}{xp(abs(change_xp))}"


def micro_xp(amount: int) -> str:
    """Write micro-XP exactly."""
    return f"{decimal(amount, places=6)} XP"


def rough_xp(amount: int) -> str:
    """Write micro-XP to two decimals, cut off; what is less than that, exactly."""
    hundredths = amount // 10_000
    return f"{decimal(hundredths, places=2)} XP" if hundredths else micro_xp(amount)


def rough_ratio(price_bp: int, *, up: bool) -> str:
    """Write basis points as a factor of two decimals, rounded up or down."""
    return decimal(-(-price_bp // 100) if up else price_bp // 100, places=2)


def base_xp(*, base_micro_xp: int, boost_bp: int, amount_xp: int) -> str:
    """
    Write a line's base with as few decimals as the sum needs to add up.

    Two decimals are enough to read, but 1.999 XP × 1.5 cut to 1.99 XP would no longer come to the XP
    of the line after rounding down; then more of the six digits are shown.
    """
    for places in (0, 2, 3, 4, 5):
        unit = 10 ** (6 - places)
        shown = base_micro_xp // unit * unit
        exact = shown == base_micro_xp
        if exact or (places >= 2 and shown * boost_bp // (MICRO * FULL_BP) == amount_xp):
            return f"{decimal(shown // unit, places=places)} XP"
    return micro_xp(base_micro_xp)


def multiplier(boost_bp: int) -> str:
    """Write basis points as a multiplier, such as ×1.25."""
    return f"×{decimal(boost_bp, places=4)}"


def times(boost_bp: int) -> str:
    """Write basis points as a factor of a sum, such as × 1.25."""
    return multiplier(boost_bp).replace("×", "× ")


def price(paid: Price) -> str:
    """Write a price to four significant digits."""
    return f"{decimal(paid.amount, places=paid.decimals, significant=4)} {paid.currency}"


def exact_price(paid: Price) -> str:
    """Write a price with all its digits."""
    return f"{decimal(paid.amount, places=paid.decimals)} {paid.currency}"


def eth(price_wei: int) -> str:
    """Write wei as ETH, exactly."""
    return f"{decimal(price_wei, places=18)} ETH"


def ratio(price_bp: int) -> str:
    """Write basis points as a plain factor, such as 1.5."""
    return decimal(price_bp, places=4)


def duration(seconds: int) -> str:
    """Write a stretch of time in hours and minutes; in seconds where it is below a minute."""
    if seconds < 60:
        return f"{seconds} s"
    hours, minutes = divmod(seconds // 60, 60)
    parts = [f"{whole(hours)} h" if hours else "", f"{minutes} min" if minutes else ""]
    return " ".join(filter(None, parts))


def days(count: int) -> str:
    """Write a number of whole days."""
    if count == 0:
        return "less than a day"
    return "1 day" if count == 1 else f"{whole(count)} days"


def counted(number: int, one: str, many: str | None = None) -> str:
    """Write a number with its noun in the right form."""
    return f"{whole(number)} {one if number == 1 else many or one + 's'}"


def date(at: datetime) -> str:
    """Write the UTC day of an instant, such as 3 May 2019."""
    return f"{at.day} {at:%B %Y}"


def instant(at: datetime) -> str:
    """Write an instant to the second, in UTC."""
    return f"{at.day} {at:%B %Y, %H:%M:%S} UTC"


def on(at: datetime, as_of: datetime) -> str:
    """Say of a day that matters when it is, or was."""
    return f"that is on {date(at)}" if at > as_of else f"the day for that was {date(at)}"


def moment(at: datetime) -> str:
    """Write an instant to the minute, or to the second where it has some, in UTC."""
    return f"{date(at)}, {_clock(at)} UTC"


def since(at: datetime) -> str:
    """Write when something began: the day is enough where it began with the day."""
    return date(at) if _is_midnight(at) else moment(at)


def span(start: datetime, end: datetime) -> str:
    """Write ``[start, end)`` by its first and last day, or by its instants where it cuts through days."""
    if _is_midnight(start) and _is_midnight(end):
        return window(start, end)
    if start.date() == end.date():
        return f"{date(start)}, {_clock(start)} to {_clock(end)} UTC"
    return f"{date(start)}, {_clock(start)} to {date(end)}, {_clock(end)} UTC"


def _is_midnight(at: datetime) -> bool:
    return (at.hour, at.minute, at.second) == (0, 0, 0)


def _clock(at: datetime) -> str:
    return f"{at:%H:%M:%S}" if at.second else f"{at:%H:%M}"


def window(start: datetime, end: datetime) -> str:
    """Write the span ``[start, end)`` by its first and last day, leaving out what both share."""
    last = end - timedelta(microseconds=1)
    if start.date() == last.date():
        return date(start)
    if (start.year, start.month) == (last.year, last.month):
        return f"{start.day} to {date(last)}"
    if start.year == last.year:
        return f"{start.day} {start:%B} to {date(last)}"
    return f"{date(start)} to {date(last)}"
