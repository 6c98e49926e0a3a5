"""What keeps a what-if from an answer; the sentence is for the person who asked."""


class WhatIfError(Exception):
    """Something was asked for that cannot be. Nothing was changed, as by any what-if."""


class GivenUp(WhatIfError):
    """The answer was not worked out: a number grew too large, or it took too long."""
