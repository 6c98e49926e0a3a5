"""The table of faults is whole: every fault has its row, and every row has tests that exist, or a reason."""

from importlib import import_module

import pytest

from tests.faults.matrix import Result, Row, read_rows, summary

FAULTS = [
    "SIGKILL of a pool child, of the worker",
    "SIGTERM once, twice",
    "SIGKILL of Redis, FLUSHALL",
    "SIGSTOP of Redis for 60 s",
    "half-open connections, resets, 500 ms of delay",
    "SIGKILL of a PostgreSQL session, of the postmaster",
    "disk full under PostgreSQL",
    "too many connections",
    "deadlock, serialization failure",
    "visibility timeout shorter than the task",
    "two beats; beat dead for an hour",
    "duplicated, shuffled, late events",
    "bad signature, old time stamp, replay",
    "100 parallel approvals, logins with one nonce",
    "pause in the middle of shipping",
    "migration under load",
    "one bit flipped in a row of the ledger",
    "restore of an older backup",
    "random faults for minutes",
    "a worker killed every 2 s",
]


class TestRows:
    def test_every_fault_has_one(self) -> None:
        assert [row.fault for row in read_rows()] == FAULTS

    @pytest.mark.parametrize("row", read_rows(), ids=lambda row: row.fault)
    def test_its_tests_exist_or_it_says_why_not(self, row: Row) -> None:
        assert bool(row.tests) != bool(row.not_yet)
        for test in row.tests:
            path, *names = test.split("::")
            found = import_module(path.removesuffix(".py").replace("/", "."))
            for name in names:
                found = getattr(found, name)


class TestSummary:
    def test_says_what_came_of_each_row(self) -> None:
        disk = "tests/faults/test_postgres.py::TestFullDisk::test_x"
        worker = "tests/faults/test_ship.py::TestKilledWorker::test_"
        lines = summary(
            [
                Result(test=f"{worker}a", outcome="passed", reason="", seconds=1.5),
                Result(test=f"{worker}b", outcome="passed", reason="", seconds=2),
                Result(test=disk, outcome="skipped", reason="No root.", seconds=0),
                Result(
                    test="tests/faults/test_end.py::TestAskedToEnd::x", outcome="failed", reason="", seconds=3
                ),
            ],
            figures={"100,000 awards": "12 s"},
        )
        found = dict(zip(FAULTS, lines, strict=False))
        assert found["SIGKILL of a pool child, of the worker"].endswith("  2 tests     3.5 s  passed")
        assert found["SIGTERM once, twice"].endswith("FAILED")
        assert found["disk full under PostgreSQL"].endswith("left out: No root.")
        assert found["too many connections"].endswith("not run")
        assert found["restore of an older backup"].endswith("publish no tree yet (P14)")
        assert lines[-1] == "100,000 awards: 12 s"
