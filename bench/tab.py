"""tab_api and tab_page: what a collector who has signed in reads, a second, from a production server."""

import json
import subprocess
import sys
import uuid
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import timedelta

from django.contrib.sessions.backends.db import SessionStore
from django.utils import timezone

from bench import servers, shipments
from bench.market import Scale
from bench.measure import Result, Stopwatch, prove
from bench.readers import read
from config.settings import BASE_DIR
from rewards.identity.models import SignIn
from rewards.identity.queries import SIGN_IN
from rewards.standings import operations as standings
from rewards.tab import operations as tab

REPEATS = 3
READERS = 2
CLIENTS = 8

# Times are told for so many requests.
PER = 1_000

REQUESTS = {"tiny": 200, "small": 1_000, "middle": 2_000, "full": 4_000}
PAGES_OF_TEN = 2  # A page takes longer, so it is read less often.

# The page speaks of the day after the market's last, when its season still goes on.
ONE, ME, PAGE = "/bench/one", "/api/v1/me", f"/rewards/?as_of={shipments.NOW:%Y-%m-%d}"
REACH = {"tab_api": 0.35, "tab_page": 0.15}

# A collector like most: half of those who got an award have as many lines, or fewer.
USUAL_COLLECTOR = """
    WITH counted AS (
        SELECT
            line.shipment_id,
            line.collector_id,
            COUNT(*) AS line_count
        FROM shipments_line AS line
        GROUP BY line.shipment_id, line.collector_id
    )

    SELECT
        counted.shipment_id,
        counted.collector_id,
        counted.line_count,
        wallet.address,
        award.amount_xp
    FROM counted
    INNER JOIN shipments_award AS award
        ON counted.shipment_id = award.shipment_id AND counted.collector_id = award.collector_id
    INNER JOIN registry_wallet AS wallet ON counted.collector_id = wallet.id
    CROSS JOIN (
        SELECT PERCENTILE_DISC(0.5) WITHIN GROUP (ORDER BY line_count) AS line_count FROM counted
    ) AS usual
    ORDER BY
        ABS(counted.line_count - usual.line_count),
        counted.collector_id
    LIMIT 1
"""


@dataclass(frozen=True, kw_only=True)
class Visitor:
    """A collector who has signed in, what it has, and the cookie of its browser."""

    address: str
    balance_xp: int
    line_count: int
    cookie: str


def run(*, scale: Scale) -> Iterator[Result]:
    """Read each address as often as the others, in turn, from one server on a market with a shipped round."""
    watch, count = Stopwatch(), REQUESTS[scale.name]
    pages = count * PAGES_OF_TEN // 10
    with ExitStack() as stack:
        stack.enter_context(servers.copied("bench_tab"))
        shipments.ship_here()
        visitor = _signed_in()
        servers.settle(vacuum=True)
        port = stack.enter_context(servers.web())
        page_bytes = _prove(port, visitor)
        for path in (ONE, ME, PAGE):
            _read(port, path, visitor.cookie, pages)
        for _ in range(REPEATS):
            for step, path, reads in (
                ("SELECT 1", ONE, count),
                ("tab_api", ME, count),
                ("tab_page", PAGE, pages),
            ):
                watch.add(step, _read(port, path, visitor.cookie, reads) * PER / reads)
        _prove(port, visitor)
    for name, reach in REACH.items():
        yield Result(
            name=name,
            scale=scale.name,
            seconds=watch.median(name),
            yardstick="a Django view under the same server that runs SELECT 1",
            yardstick_seconds=watch.median("SELECT 1"),
            reach=reach,
            faster=True,
            proof="the balance that is told is the ledger's, before and after; every answer was a 200",
            figures={
                "requests": count if name == "tab_api" else pages,
                "clients": CLIENTS,
                "requests_a_second": round(PER / watch.median(name)),
                "select_1_a_second": round(PER / watch.median("SELECT 1")),
                "lines_of_the_collector": visitor.line_count,
                "page_bytes": page_bytes,
            },
        )


def _signed_in() -> Visitor:
    """A usual collector who has opened the round, and has signed in with a browser."""
    now = timezone.now()
    with servers.superuser() as connection:
        found = connection.execute(USUAL_COLLECTOR).fetchone()
    assert found is not None
    shipment_id, collector_id, line_count, address, balance_xp = found
    tab.open_round(collector_id=collector_id, shipment_id=shipment_id, as_of=now)
    standings.take(as_of=now)
    sign_in = SignIn.objects.create(
        id=uuid.uuid4(), wallet_id=collector_id, signed_in_at=now, expires_at=now + timedelta(days=1)
    )
    session = SessionStore()
    session[SIGN_IN] = str(sign_in.id)
    session.create()
    return Visitor(
        address=address,
        balance_xp=balance_xp,
        line_count=line_count,
        cookie=f"sessionid={session.session_key}",
    )


def _prove(port: int, visitor: Visitor) -> int:
    """ProofError unless both addresses tell the collector's balance; return the size of the page."""
    me = json.loads(read(port, ME, visitor.cookie))
    prove(
        (me["address"], me["balance_xp"]), (visitor.address, visitor.balance_xp), "who is told what balance"
    )
    page = read(port, PAGE, visitor.cookie)
    missing = [
        text for text in (f"{visitor.balance_xp:,}", 'class="round-body"') if text.encode() not in page
    ]
    prove(missing, [], "what the page does not show")
    return len(page)


def _read(port: int, path: str, cookie: str, count: int) -> float:
    """The seconds in which some processes of readers together read an address so many times."""
    words = [str(port), path, cookie, str(count // READERS), str(CLIENTS // READERS)]
    readers = [
        subprocess.Popen(
            [sys.executable, "-m", "bench.readers", *words], cwd=BASE_DIR, stdout=subprocess.PIPE, text=True
        )
        for _ in range(READERS)
    ]
    seconds = []
    for reader in readers:
        said, _ = reader.communicate(timeout=300)
        prove(reader.returncode, 0, f"how a reader of {path} ended")
        seconds.append(float(said))
    return max(seconds)
