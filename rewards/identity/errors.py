"""What can be wrong with a sign-in, a link or an unlink, each with a sentence for the person who did it."""


class IdentityError(Exception):
    """It was refused, and nothing was changed. ``status`` is the answer's in HTTP."""

    status = 400


class NotProven(IdentityError):
    """The signature, or the text it stands under, does not prove the wallet."""

    status = 401


class LinkRefused(IdentityError):
    """The wallets cannot be joined or parted."""

    status = 409


class ChainSilent(IdentityError):
    """The chain was to be asked about a contract wallet and gave no answer."""

    status = 503
