"""What a sender is answered: an outcome for each item, kept so that a repeat is answered alike."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from marketplace.inbox.events import CONTROL_CHARACTER
from marketplace.inbox.items import Outcome, Word

LETTERS: Final[dict[Word, str]] = {
    "new": "n",
    "known": "k",
    "conflict": "c",
    "refused": "r",
    "nothing": "-",
}
LONGEST: Final = 500
WORDS: Final[dict[str, Word]] = {letter: word for word, letter in LETTERS.items()}


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What became of a message: a letter an item, and what was wrong with some, by their index."""

    message_id: str
    outcomes: str
    problems: Mapping[str, Mapping[str, str]]

    def again(self) -> "Answer":
        """The same answer for the same message another time: what was new then is known now."""
        outcomes = self.outcomes.replace(LETTERS["new"], LETTERS["known"])
        return Answer(message_id=self.message_id, outcomes=outcomes, problems=self.problems)

    def as_json(self) -> dict[str, Any]:
        """The body of the answer."""
        counts = Counter(self.outcomes)
        return {
            "id": self.message_id,
            **{word: counts[letter] for letter, word in WORDS.items()},
            "items": [
                {"index": index, "outcome": WORDS[letter], **self.problems.get(str(index), {})}
                for index, letter in enumerate(self.outcomes)
            ],
        }


def answer(*, message_id: str, outcomes: Sequence[Outcome]) -> Answer:
    """The answer that says what became of each item."""
    return Answer(
        message_id=message_id,
        outcomes="".join([LETTERS[outcome.word] for outcome in outcomes]),
        problems={
            str(index): {
                "reason": _sentence(outcome.reason),
                "pointer": _sentence(pointer(index, outcome.field)),
            }
            for index, outcome in enumerate(outcomes)
            if outcome.reason
        },
    )


def _sentence(text: str) -> str:
    """
    A text without what PostgreSQL cannot keep, and not longer than anybody reads.

    What an item wrote may stand in it, such as the name of an unknown field.
    """
    return CONTROL_CHARACTER.sub("\ufffd", text)[:LONGEST]


def pointer(index: int, field: str) -> str:
    """The JSON pointer of a field of an item within the body."""
    steps = [step for step in re.split(r"[.\[\]]", field) if step]
    return "/".join([f"#/events/{index}", *(step.replace("~", "~0").replace("/", "~1") for step in steps)])
