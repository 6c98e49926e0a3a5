"""How a stream is cut: whole lines, the same blocks every time, flat memory."""

import io
import tracemalloc

import pytest

from marketplace.inbox import blocks
from marketplace.inbox.blocks import Lines, cut


@pytest.fixture(autouse=True)
def small_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(blocks, "BLOCK_BYTES", 20)


class Endless:
    """A stream of one line that is longer than memory should hold, and a short line after it."""

    def __init__(self, *, size: int) -> None:
        self.left = size
        self.tail = io.BytesIO(b"\nshort\n")

    def read(self, size: int, /) -> bytes:
        if not self.left:
            return self.tail.read(size)
        piece = min(size, self.left)
        self.left -= piece
        return b"x" * piece


class TestCut:
    @pytest.mark.parametrize(
        "data", [b"", b"a", b"a\n", b"a\n\nb", b"0123456789\n0123456789\n0123456789", b"\n" * 50]
    )
    def test_gives_every_byte_once_in_whole_lines(self, data: bytes) -> None:
        cut_up = list(cut(io.BytesIO(data)))
        assert b"".join(block.data for block in cut_up) == data
        assert all(block.data.endswith(b"\n") for block in cut_up[:-1])

    def test_numbers_the_first_line_of_each_block(self) -> None:
        data = b"".join(b"line %d\n" % number for number in range(1, 30))
        for block in cut(io.BytesIO(data)):
            assert block.data.startswith(b"line %d\n" % block.first_line)

    def test_gives_the_same_blocks_again(self) -> None:
        data = b"".join(b"line %d\n" % number for number in range(30))
        prints = [[block.fingerprint for block in cut(io.BytesIO(data))] for _ in range(2)]
        assert prints[0] == prints[1]
        assert len(set(prints[0])) == len(prints[0]) > 5

    def test_lets_go_of_a_line_that_is_longer_than_a_block(self) -> None:
        cut_up = list(cut(io.BytesIO(b"one\n" + b"x" * 50 + b"\nthree\n")))
        assert [(block.first_line, block.data) for block in cut_up] == [
            (1, b"one\n"),
            (2, b""),
            (3, b"three\n"),
        ]

    def test_holds_no_more_than_a_block_of_an_endless_line(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(blocks, "BLOCK_BYTES", 1024 * 1024)
        tracemalloc.start()
        cut_up = [(block.first_line, block.data) for block in cut(Endless(size=1024**3))]
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert cut_up == [(1, b""), (2, b"short\n")]
        assert peak < 8 * 1024 * 1024


class TestLines:
    def test_reads_like_a_file_of_the_lines(self) -> None:
        lines = Lines([b"one\n", b"two", b"", b"four\n"])
        assert lines.read(5) == b"one\nt"
        assert lines.read(100) == b"wo\n\nfour\n"
        assert lines.read(100) == b""
