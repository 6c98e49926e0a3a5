"""What the dashboard reads: what waits for a decision, what is left, what moves."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.core.cache import cache
from django.db.models import Count, OuterRef, Q, Subquery

from config import db
from rewards.adjustments.models import Adjustment
from rewards.appeals.models import Appeal
from rewards.flags import queries as flags
from rewards.notices import queries as notices
from rewards.shipments.models import Batch, Comment, Shipment
from rewards.status.queries import Lag
from rewards.tab import figures
from rewards.webhooks.models import Endpoint

SQL = db.folder()

# From here on somebody should say whether a pause goes on, or why facts are late.
LONG_PAUSE = timedelta(days=7)
LONG_WAIT = timedelta(minutes=15)

ISSUE_DAYS = 14

# So many corrections that wait are named one by one.
MOST_WAITING = 20


@dataclass(frozen=True, kw_only=True)
class Decision:
    """Something that waits for a person: what, why it matters, and the page to do it on."""

    title: str
    detail: str
    page: str
    argument: str = ""


@dataclass(frozen=True, kw_only=True)
class Issue:
    """What a rule paid on a day, in the shipments that were through on it."""

    day: date
    slug: str
    title: str
    amount_xp: int


def list_decisions(*, as_of: datetime, lag: Lag) -> list[Decision]:
    """What waits for a person: failures, plans, corrections, appeals, late facts; the most urgent first."""
    return [
        *_failures(),
        *_overdue(as_of=as_of),
        *_sent_back(as_of=as_of),
        *_plans(as_of=as_of),
        *_to_ship(as_of=as_of),
        *_adjustments(),
        *_appeals(),
        *_webhooks(),
        *_late_facts(lag=lag, as_of=as_of),
        *_long_pauses(as_of=as_of),
    ]


def _failures() -> list[Decision]:
    failed = Batch.objects.filter(state="failed").values("shipment__slug", "shipment__title")
    decisions = [
        Decision(
            title=f"{figures.counted(row['count'], 'batch', 'batches')} of {row['shipment__title']} failed",
            detail="They wait for somebody to look. Everything else of the shipment goes on.",
            page="shipment",
            argument=row["shipment__slug"],
        )
        for row in failed.annotate(count=Count("id")).order_by("shipment__slug")
    ]
    decisions += [
        Decision(
            title=f"{shipment.title} is halted",
            detail="Nothing more of it is posted until it goes on.",
            page="shipment",
            argument=shipment.slug,
        )
        for shipment in Shipment.objects.filter(state="halted").order_by("id")
    ]
    unplanned = Shipment.objects.filter(state__in=["draft", "planned"]).exclude(problem="")
    decisions += [
        Decision(
            title=f"{shipment.title} could not be planned",
            detail=shipment.problem,
            page="shipment",
            argument=shipment.slug,
        )
        for shipment in unplanned.order_by("id")
    ]
    return decisions


def _overdue(*, as_of: datetime) -> list[Decision]:
    with_deadline = Shipment.objects.filter(state__in=["draft", "planned", "approved"], approve_by__lte=as_of)
    return [
        Decision(
            title=f"{shipment.title} is overdue",
            detail=f"It was to be approved by {figures.instant(shipment.approve_by)}, and no longer goes out "
            f"by itself{_what_to_do(shipment)}.",
            page="shipment",
            argument=shipment.slug,
        )
        for shipment in with_deadline.order_by("approve_by", "id")
        if shipment.approve_by is not None and shipment.is_overdue(as_of=as_of)
    ]


def _what_to_do(shipment: Shipment) -> str:
    if shipment.approved_by:
        return ": ship it, or cancel it"
    return ": it was sent back, and has to be planned again first" if shipment.is_sent_back else ""


def _sent_back(*, as_of: datetime) -> list[Decision]:
    """Plans that are drafts again, each with what was said last; nobody is at them, and none is due."""
    said = Comment.objects.filter(shipment=OuterRef("id"), kind="sent_back").order_by("-id")
    waiting = Shipment.objects.filter(
        state="draft", plan_digest__isnull=False, plan_due_at=None, problem=""
    ).annotate(sent_by=Subquery(said.values("written_by")[:1]), said=Subquery(said.values("text")[:1]))
    return [
        Decision(
            title=f"{shipment.title} was sent back",
            detail=f"It has to be planned again. {shipment.sent_by}: “{shipment.said}”",
            page="shipment",
            argument=shipment.slug,
        )
        for shipment in waiting.order_by("id")
        if not shipment.is_overdue(as_of=as_of)
    ]


def _to_ship(*, as_of: datetime) -> list[Decision]:
    """What was approved in time and goes out only when somebody says so."""
    waiting = Shipment.objects.filter(state="approved", ships_at=None).order_by("approved_at", "id")
    return [
        Decision(
            title=f"{shipment.title} waits to be shipped",
            detail=f"{figures.xp(shipment.total_xp or 0)} to "
            f"{figures.counted(shipment.award_count or 0, 'collector')}, approved by {shipment.approved_by}. "
            "It goes out when somebody ships it.",
            page="shipment",
            argument=shipment.slug,
        )
        for shipment in waiting
        if not shipment.is_overdue(as_of=as_of)
    ]


def _plans(*, as_of: datetime) -> list[Decision]:
    waiting = Shipment.objects.filter(state="planned", plan_due_at=None, problem="").order_by("planned_at")
    return [
        Decision(
            title=f"{shipment.title} waits for approval",
            detail=f"{figures.xp(shipment.total_xp or 0)} to "
            f"{figures.counted(shipment.award_count or 0, 'collector')}, written by {shipment.author}. "
            f"{notices.time_left(shipment, as_of=as_of)}".rstrip(),
            page="shipment",
            argument=shipment.slug,
        )
        for shipment in waiting
        if not shipment.is_overdue(as_of=as_of)
    ]


def _adjustments() -> list[Decision]:
    return [
        Decision(
            title=f"A correction waits for approval: {adjustment.title}",
            detail=f"{figures.signed_xp(adjustment.net_xp)} in "
            f"{figures.counted(adjustment.entry_count, 'entry', 'entries')}, written by {adjustment.author}.",
            page="adjustment",
            argument=str(adjustment.id),
        )
        for adjustment in Adjustment.objects.filter(state="draft").order_by("written_at", "id")[:MOST_WAITING]
    ]


def _appeals() -> list[Decision]:
    waiting = Appeal.objects.filter(state="open")
    oldest = waiting.order_by("id").first()
    if oldest is None:
        return []
    counted = figures.counted(waiting.count(), "appeal")
    return [
        Decision(
            title=f"{counted} to answer",
            detail=f"The oldest was opened on {figures.instant(oldest.opened_at)}.",
            page="appeal",
            argument=str(oldest.id),
        )
    ]


def _webhooks() -> list[Decision]:
    """Endpoints that answered 410, and those with messages that were given up: nobody is told meanwhile."""
    counted = Endpoint.objects.annotate(dead=Count("deliveries", filter=Q(deliveries__state="dead")))
    troubled = counted.filter(Q(state="gone") | Q(dead__gt=0)).exclude(state="revoked")
    decisions = []
    for endpoint in troubled.order_by("name"):
        messages = figures.counted(endpoint.dead, "message")
        title = f"did not take {messages}"
        detail = "What was tried for four days is given up, and can be sent again."
        if endpoint.state == "gone":
            title = "is told nothing more"
            detail = f"{endpoint.notice} Resume it, or revoke it."
        decisions.append(
            Decision(
                title=f"Webhook {endpoint.name} {title}",
                detail=detail,
                page="webhook",
                argument=endpoint.name,
            )
        )
    return decisions


def _late_facts(*, lag: Lag, as_of: datetime) -> list[Decision]:
    if lag.since is None or lag.since > as_of - LONG_WAIT:
        return []
    return [
        Decision(
            title=f"{figures.counted(lag.waiting_events, 'event waits', 'events wait')} for the facts",
            detail=f"The oldest came in on {figures.instant(lag.since)}. Is a worker running?",
            page="index",
        )
    ]


def _long_pauses(*, as_of: datetime) -> list[Decision]:
    return [
        Decision(
            title=f"{pause.flag.title} has been paused for {figures.days((as_of - pause.starts_at).days)}",
            detail=f"Nobody said when it ends. Collectors read: {pause.reason}",
            page="flags",
        )
        for pause in flags.list_paused(at=as_of)
        if pause.ends_at is None and pause.starts_at <= as_of - LONG_PAUSE
    ]


def list_issues() -> list[Issue]:
    """
    What each rule paid on each of the last days on which a shipment was through, by day.

    What a shipment paid never changes once it is through, so its lines are summed up once.
    """
    days = {row["id"]: row["day"] for row in SQL["issue_days"].rows({"day_limit": ISSUE_DAYS})}
    known = cache.get_many([_key(shipment_id) for shipment_id in days])
    missing = [shipment_id for shipment_id in days if _key(shipment_id) not in known]
    if missing:
        read: dict[str, list[tuple[str, str, int]]] = {_key(shipment_id): [] for shipment_id in missing}
        for row in SQL["xp_by_rule"].rows({"shipment_ids": missing}):
            read[_key(row["shipment_id"])].append((row["slug"], row["title"], row["amount_xp"]))
        cache.set_many(read, timeout=None)
        known |= read
    sums: dict[tuple[date, str, str], int] = defaultdict(int)
    for shipment_id, day in days.items():
        for slug, title, amount_xp in known[_key(shipment_id)]:
            sums[day, slug, title] += amount_xp
    return [
        Issue(day=day, slug=slug, title=title, amount_xp=amount_xp)
        for (day, slug, title), amount_xp in sorted(sums.items())
    ]


def _key(shipment_id: int) -> str:
    return f"xp-by-rule-{shipment_id}"
