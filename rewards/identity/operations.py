"""
Signs wallets in, links and unlinks them, and moves the XP of those that became one collector.

Texts to sign are built and kept here. What a client sends is a nonce and a signature, nothing else counts.
"""

from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, connections, transaction
from django.db.models import Max, Q
from django.http import HttpRequest
from django.middleware.csrf import rotate_token

from config import db
from marketplace.registry import addresses
from marketplace.registry import operations as registry
from marketplace.registry.models import Link, Wallet
from rewards.identity import browsers, message
from rewards.identity.errors import IdentityError, LinkRefused, NotProven
from rewards.identity.message import Site
from rewards.identity.models import Challenge, PageChoice, SignIn
from rewards.identity.queries import SIGN_IN, SignedIn
from rewards.ledger import operations as ledger
from rewards.ledger.errors import InsufficientXp

SQL = db.folder()

# Those who link, unlink and move joined XP take turns, so that a move is noted once.
LINK_LOCK = 4_202_104

CHALLENGE_TIME = timedelta(minutes=5)
SIGN_IN_TIME = timedelta(days=7)
KEPT = timedelta(days=1)

MOST_WALLETS = 20


def challenge(
    *, address: str, site: Site, path: str, as_of: datetime, linking_to: SignedIn | None = None
) -> Challenge:
    """
    Build and keep the text that a wallet is to sign: to sign in, or to be linked to ``linking_to``.

    :raises IdentityError: there is no such address, or a link would be refused already.
    """
    stored = addresses.parse(address)
    if stored is None or not addresses.EVM.fullmatch(stored):
        raise IdentityError("That is no wallet address: it needs 0x and 40 characters of 0–9 and a–f.")
    statement = message.SIGN_IN
    if linking_to is not None:
        _refuse_link(signed_in=linking_to, wallet=Wallet.objects.filter(address=stored).first(), as_of=as_of)
        stands = Wallet.objects.get(id=linking_to.collector_id)
        statement = message.LINK.format(address=addresses.checksummed(stands.address))
    nonce = message.new_nonce()
    expires_at = as_of + CHALLENGE_TIME
    text = message.build(
        site=site,
        path=path,
        address=stored,
        statement=statement,
        nonce=nonce,
        issued_at=as_of,
        expires_at=expires_at,
    )
    return Challenge.objects.create(
        nonce=nonce,
        purpose="sign_in" if linking_to is None else "link",
        sign_in_id=None if linking_to is None else linking_to.sign_in_id,
        address=stored,
        domain=site.domain,
        text=text,
        issued_at=as_of,
        expires_at=expires_at,
    )


def sign_in(*, request: HttpRequest, nonce: str, signature: str, domain: str, as_of: datetime) -> SignedIn:
    """
    Sign a wallet in with the browser of ``request``, whose session begins anew: a staff member is signed out.

    The nonce is used up, whether the signature is good or not.

    :raises NotProven: the nonce is unknown, used or over, or the signature is not the wallet's.
    :raises ChainSilent: a contract wallet could not be asked.
    """
    address = _prove(nonce=nonce, signature=signature, domain=domain, sign_in_id=None, as_of=as_of)
    with transaction.atomic():
        wallet = registry.get_or_add_wallet(address=address)
        begun = SignIn.objects.create(
            wallet_id=wallet.id,
            browser=browsers.name(request.headers.get("User-Agent", "")),
            signed_in_at=as_of,
            expires_at=as_of + SIGN_IN_TIME,
        )
        _end(request=request, as_of=as_of)
        request.session[SIGN_IN] = str(begun.id)
        request.session.set_expiry(SIGN_IN_TIME)
        # The new key is written now, so that a session that cannot be kept signs nobody in.
        request.session.save()
    rotate_token(request)
    return SignedIn(
        sign_in_id=begun.id, wallet_id=wallet.id, address=address, collector_id=wallet.collector_id
    )


def sign_out(*, request: HttpRequest, as_of: datetime) -> None:
    """End the sign-in of this browser and its session; without one nothing happens."""
    _end(request=request, as_of=as_of)


def sign_out_everywhere(*, request: HttpRequest, signed_in: SignedIn, as_of: datetime) -> int:
    """End every sign-in of every wallet of the collector, this one included; return how many that were."""
    wallets = Wallet.objects.filter(collector_id=signed_in.collector_id).values("id")
    ended = SignIn.objects.filter(wallet_id__in=wallets, ended_at=None).update(ended_at=as_of)
    request.session.flush()
    return ended


def sign_out_there(*, signed_in: SignedIn, sign_in_id: UUID, as_of: datetime) -> bool:
    """End one sign-in of a wallet of the collector, in whichever browser; False where none is left to end."""
    wallets = Wallet.objects.filter(collector_id=signed_in.collector_id).values("id")
    there = SignIn.objects.filter(id=sign_in_id, wallet_id__in=wallets, ended_at=None)
    return there.update(ended_at=as_of) > 0


def link(*, signed_in: SignedIn, nonce: str, signature: str, domain: str, as_of: datetime) -> str:
    """
    Link the wallet that signed to the collector who has signed in, and return its address.

    Both sides have agreed: one by its session, the other by signing what it means. Its XP moves in the same
    transaction; holds and orders follow with the next refresh of the facts. The page of linked wallets is
    private until the collector says otherwise.

    :raises NotProven: the nonce is unknown, used, over or another browser's, or the wallet did not sign.
    :raises ChainSilent: a contract wallet could not be asked.
    :raises LinkRefused: the wallets cannot be linked; the sentence says why.
    """
    address = _prove(
        nonce=nonce, signature=signature, domain=domain, sign_in_id=signed_in.sign_in_id, as_of=as_of
    )
    with transaction.atomic():
        _take_turn()
        now = _as_now(signed_in)
        wallet = registry.get_or_add_wallet(address=address)
        _refuse_link(signed_in=now, wallet=wallet, as_of=as_of)
        stands = Wallet.objects.get(id=now.collector_id)
        registry.link(addresses=[stands.address, address], as_of=as_of)
        PageChoice.objects.filter(collector_id__in=[now.collector_id, wallet.id]).delete()
        _move_of(wallet, as_of=as_of)
    return address


def unlink(*, signed_in: SignedIn, address: str, as_of: datetime) -> None:
    """
    Let a wallet of the collector who has signed in go, to be its own collector from now on.

    XP that came until now stays with the collector that keeps it, in the same transaction.

    :raises LinkRefused: it is not linked to this collector, or it is the one that stands for it.
    """
    with transaction.atomic():
        _take_turn()
        now = _as_now(signed_in)
        wallet = Wallet.objects.filter(address=address, collector_id=now.collector_id).first()
        if wallet is None:
            raise LinkRefused("That wallet is not linked to yours, so nothing was changed.")
        if wallet.id == wallet.collector_id:
            raise LinkRefused(
                "This wallet stands for all the others and keeps their XP. To part them, unlink the others."
            )
        _move_of(wallet, as_of=as_of)
        registry.unlink(address=address, as_of=as_of)
        PageChoice.objects.filter(collector_id__in=[now.collector_id, wallet.id]).delete()


def forward(*, as_of: datetime) -> int:
    """
    Move the XP that rounds planned before a link have paid to the joined wallets since; return how much.

    Does nothing where there is none, and nothing a second time.

    :raises InsufficientXp: such XP is being moved by somebody else; the next call looks again.
    """
    with transaction.atomic():
        _take_turn()
        return _move(wallet_id=None, as_of=as_of)


def choose_page(*, signed_in: SignedIn, is_public: bool, as_of: datetime) -> None:
    """Let others see the collector's page at the wallet that stands for it, or let nobody."""
    PageChoice.objects.update_or_create(
        collector_id=signed_in.collector_id, defaults={"is_public": is_public, "chosen_at": as_of}
    )


def prune(*, as_of: datetime) -> int:
    """Delete texts and sign-ins that have been over for a day; return how many."""
    over = Q(expires_at__lt=as_of - KEPT)
    return Challenge.objects.filter(over).delete()[0] + SignIn.objects.filter(over).delete()[0]


def _prove(*, nonce: str, signature: str, domain: str, sign_in_id: UUID | None, as_of: datetime) -> str:
    """Use a nonce up, and return the address that its text was for if that wallet signed it."""
    # Loading the libraries takes a second, which commands and workers have no use for.
    from rewards.identity import signatures  # noqa: PLC0415

    used = SQL["use_challenge"].rows(
        {
            # What no text of ours could have, such as a NUL, PostgreSQL would not take.
            "nonce": nonce if message.NONCE.fullmatch(nonce) else "",
            "purpose": "sign_in" if sign_in_id is None else "link",
            "domain": domain,
            "sign_in_id": sign_in_id,
            "as_of": as_of,
        }
    )
    if not used:
        raise NotProven(
            "This text was signed before, or more than five minutes have passed since it was made. "
            "Nothing was changed; please ask for a new text and sign that."
        )
    signatures.verify(address=used[0]["address"], text=used[0]["text"], signature=signature)
    return str(used[0]["address"])


def _end(*, request: HttpRequest, as_of: datetime) -> None:
    """End what this browser is signed in with, and give it a new, empty session."""
    sign_in_id = request.session.get(SIGN_IN)
    if sign_in_id is not None:
        SignIn.objects.filter(id=sign_in_id, ended_at=None).update(ended_at=as_of)
    request.session.flush()


def _take_turn() -> None:
    with connections[DEFAULT_DB_ALIAS].cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LINK_LOCK])


def _as_now(signed_in: SignedIn) -> SignedIn:
    """Who has signed in, by the collector of this moment: it may have changed while the wallet signed."""
    wallet = Wallet.objects.select_for_update().get(id=signed_in.wallet_id)
    return SignedIn(
        sign_in_id=signed_in.sign_in_id,
        wallet_id=wallet.id,
        address=wallet.address,
        collector_id=wallet.collector_id,
    )


def _refuse_link(*, signed_in: SignedIn, wallet: Wallet | None, as_of: datetime) -> None:
    """Raise LinkRefused unless the wallet can be linked to who has signed in."""
    own = signed_in.collector_id
    if Wallet.objects.filter(collector_id=own).count() >= MOST_WALLETS:
        raise LinkRefused(f"You have {MOST_WALLETS} wallets, the most that can be one collector.")
    if wallet is not None and wallet.collector_id == own:
        raise LinkRefused("This wallet is yours already, so nothing was changed.")
    if (
        wallet is not None
        and Wallet.objects.filter(collector_id=wallet.collector_id).exclude(id=wallet.id).exists()
    ):
        raise LinkRefused(
            "This wallet is linked to others. Sign in with it and unlink those first; nothing was changed."
        )
    _refuse_before_cool_down(pair=[own] if wallet is None else [own, wallet.id], as_of=as_of)


def _refuse_before_cool_down(*, pair: list[int], as_of: datetime) -> None:
    """
    Raise LinkRefused where one of the two was parted from a third a short while ago.

    So an old hold cannot be lent from one to the next. Whoever was together may come together again at once.
    """
    cool_down = timedelta(days=settings.LINK_COOL_DOWN_DAYS)
    parted = Link.objects.filter(
        Q(wallet_id__in=pair) | Q(collector_id__in=pair), ended_at__gt=as_of - cool_down
    ).exclude(wallet_id__in=pair, collector_id__in=pair)
    ended_at = parted.aggregate(Max("ended_at"))["ended_at__max"]
    if ended_at is not None:
        raise LinkRefused(
            f"One of these wallets was unlinked from another less than {settings.LINK_COOL_DOWN_DAYS} days "
            f"ago. They can be linked from {ended_at + cool_down:%-d %B %Y, %H:%M} UTC on; nothing was "
            "changed."
        )


def _move_of(wallet: Wallet, *, as_of: datetime) -> None:
    """Move what a joined wallet's account holds; LinkRefused where somebody else is moving it."""
    try:
        _move(wallet_id=wallet.id, as_of=as_of)
    except InsufficientXp as error:
        raise LinkRefused(
            "XP of this wallet is moving at this very moment. Nothing was changed; please try again."
        ) from error


def _move(*, wallet_id: int | None, as_of: datetime) -> int:
    """Post what the accounts of joined wallets hold, of one wallet or of all, to their collectors."""
    moves = SQL["insert_moves"].rows({"wallet_id": wallet_id, "as_of": as_of})
    if not moves:
        return 0
    chosen = {
        "links": [move["link_id"] for move in moves],
        "numbers": [move["number"] for move in moves],
    }
    return ledger.post(entries=SQL["move_entries"], params=chosen, posted_at=as_of).amount_xp
