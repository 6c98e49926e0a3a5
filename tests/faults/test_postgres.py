"""P9: PostgreSQL in the moment of a commit, with a full disk, short of connections, and under a migration."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager

import psycopg
import pytest

from tests.faults.conftest import Approved
from tests.faults.disks import Disk
from tests.faults.forms import either, only_long
from tests.faults.harness import Stack, frozen, kill
from tests.faults.rounds import BATCHES, DONE, assert_undisturbed, begin, hold_in_the_middle

# While a batch is marked as done, whoever has this lock holds its transaction up in the middle of COMMIT.
LOCK = 4_202_199

# Deferred, it runs when COMMIT has begun and nothing of the commit is in the log yet.
BEFORE_THE_LOG = f"""
    CREATE FUNCTION wait_in_commit() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN PERFORM pg_advisory_xact_lock({LOCK}); RETURN NULL; END $$;
    CREATE CONSTRAINT TRIGGER wait_in_commit AFTER UPDATE ON shipments_batch
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (NEW.state = 'done') EXECUTE FUNCTION wait_in_commit()
"""
# The commit is in the log, and its session waits for a standby that does not exist before it says so.
AFTER_THE_LOG = """
    CREATE FUNCTION wait_in_commit() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN PERFORM set_config('synchronous_commit', 'on', true); RETURN NULL; END $$;
    CREATE TRIGGER wait_in_commit AFTER UPDATE ON shipments_batch
    FOR EACH ROW WHEN (NEW.state = 'done') EXECUTE FUNCTION wait_in_commit()
"""
IN_COMMIT = """
    SELECT min(pid)
    FROM pg_stat_activity
    WHERE datname = current_database() AND query = 'COMMIT' AND state = 'active'
    AND wait_event IN ('SyncRep', 'advisory')
"""
IS_THERE = "SELECT EXISTS (SELECT FROM pg_stat_activity WHERE pid = %s)"
NO_STANDBY = ("ALTER SYSTEM RESET synchronous_standby_names", "SELECT pg_reload_conf()")

LITTLE_BYTES = 16_000
ROOM_IN_THE_LOG = """
    SELECT count(*) FILTER (WHERE piece.name >= here.file_name) * max(piece.size) - min(here.file_offset)
    FROM pg_ls_waldir() AS piece, pg_walfile_name_offset(pg_current_wal_insert_lsn()) AS here
    WHERE piece.name ~ '^[0-9A-F]{24}$'
"""

# How many connections the app gets while there are too few: the worker's and its pool's, and one for the web.
FEW_CONNECTIONS = 2
VISITORS = 30


@contextmanager
def held_in_commit(stack: Stack, *, moment: str) -> Iterator[int]:
    """The process of a session that is in the middle of the COMMIT of a batch."""
    with ExitStack() as after:
        if moment == "before it is in the log":
            stack.execute(BEFORE_THE_LOG)
            holder = psycopg.connect(stack.postgres.url(database=stack.database), autocommit=True)
            after.callback(holder.close)
            holder.execute("SELECT pg_advisory_lock(%s)", [LOCK])
        else:
            # Everybody else, and every other commit, waits for no standby.
            stack.alter_database("SET synchronous_commit = 'local'")
            stack.execute(
                AFTER_THE_LOG,
                "ALTER SYSTEM SET synchronous_standby_names = 'nobody'",
                "SELECT pg_reload_conf()",
            )
        worker = stack.start_worker(processes=1)
        begin(stack)
        stack.wait_until("a session is in COMMIT", lambda: stack.value(IN_COMMIT))
        (poster,) = worker.pool()
        # Else it would post another batch before anybody has looked.
        with frozen(poster):
            yield int(stack.value(IN_COMMIT))


def has_no_standby(stack: Stack) -> bool:
    """Have no commit wait for a standby any more; OperationalError while PostgreSQL is down."""
    stack.execute(*NO_STANDBY)
    return True


class TestKilledInCommit:
    """The worker hears of no commit in either case; whether there was one, the rows know."""

    @pytest.mark.parametrize(
        ("moment", "whole_server"),
        [
            *either(("before it is in the log", False), ("after it is in the log", True)),
            *only_long(("before it is in the log", True), ("after it is in the log", False)),
        ],
    )
    def test_it_happened_or_it_did_not(
        self, stack: Stack, approved: Approved, moment: str, whole_server: bool
    ) -> None:
        try:
            with held_in_commit(stack, moment=moment) as session:
                postmaster = stack.postgres.process_id()
                assert postmaster is not None
                kill(postmaster if whole_server else session)
                if whole_server:
                    stack.postgres.start()
                # For a moment PostgreSQL answers although it has not noticed yet that a session is gone.
                stack.wait_until("it answers without the session", lambda: not stack.value(IS_THERE, session))
                assert stack.value(DONE) == (moment == "after it is in the log")
        finally:
            stack.wait_until("nobody waits for a standby", lambda: has_no_standby(stack))
        stack.execute("DROP TRIGGER wait_in_commit ON shipments_batch", "DROP FUNCTION wait_in_commit()")
        assert_undisturbed(stack, approved)


def use_up_the_log(stack: Stack) -> None:
    """Write into the pieces of the log that are there already, until less is left than a batch needs."""
    room = stack.value(ROOM_IN_THE_LOG)
    while room > LITTLE_BYTES:
        message = min(room - LITTLE_BYTES // 2, 100_000)
        stack.execute(f"SELECT pg_logical_emit_message(false, 'full', repeat('x', {message}))")
        room = stack.value(ROOM_IN_THE_LOG)


class TestFullDisk:
    """The log of PostgreSQL is on a small disk of its own, and something else fills it."""

    def test_the_batch_fails_and_goes_on_when_there_is_room(
        self, small_disk: Disk, stack_on_small_disk: Stack, approved: Approved
    ) -> None:
        stack = stack_on_small_disk
        # A standby that is gone for good is what fills such a disk: from there on nothing of the log is used
        # again. Checkpoints before and after, so that nothing older is left to be used again either.
        stack.execute("CHECKPOINT", "SELECT pg_create_physical_replication_slot('gone', true)", "CHECKPOINT")
        _, gate, worker = hold_in_the_middle(stack, point="batch.before_post", processes=1)
        small_disk.fill()
        use_up_the_log(stack)
        gate.open()
        log = stack.postgres.folder / "server.log"
        stack.wait_until("PostgreSQL is out of space", lambda: "No space left on device" in log.read_text())
        small_disk.empty()
        (poster,) = worker.pool()
        with frozen(poster):
            # It ended itself rather than lose what was promised; an init system starts it again.
            stack.postgres.start()
            stack.wait_until("it answers", lambda: stack.value("SELECT 1"))
            assert stack.value(DONE) < BATCHES
        stack.execute("SELECT pg_drop_replication_slot('gone')")
        assert_undisturbed(stack, approved)


class TestTooManyConnections:
    """More visitors at once than PostgreSQL has connections for."""

    def test_some_hear_to_come_again_and_nothing_is_half_done(self, stack: Stack, approved: Approved) -> None:
        web = stack.start_web()
        stack.alter_database(f"CONNECTION LIMIT {FEW_CONNECTIONS}")
        # The web's own connections, which it keeps, end here; from now on everybody competes.
        stack.execute("""
            SELECT pg_terminate_backend(pid) FROM pg_stat_activity
            WHERE datname = current_database() AND usename <> current_user
        """)
        worker = stack.start_worker()
        begin(stack)
        with ThreadPoolExecutor(VISITORS) as visitors:
            answers = list(visitors.map(web.get, ["/rewards/"] * VISITORS))
        refused = [answer for answer in answers if answer.status != 200]
        assert refused
        assert {(answer.status, answer.retry_after) for answer in refused} == {(503, "5")}
        assert "Please try again in a few seconds" in refused[0].page
        stack.wait_until("the worker was refused too", lambda: stack.says(worker, "too many connections"))
        stack.alter_database("CONNECTION LIMIT -1")
        stack.wait_until("the web answers everybody", lambda: web.get("/rewards/").status == 200)
        assert_undisturbed(stack, approved)


class TestMigrationUnderLoad:
    """A migration wants a table to itself while a batch that hangs has a row of it."""

    def test_it_gives_way_until_its_turn_comes(self, stack: Stack, approved: Approved) -> None:
        fault = stack.fault("batch.before_post", "wait", passage=3)
        gate = stack.close_gate(fault)
        stack.start_worker(fault=fault)
        begin(stack)
        stack.wait_until_reached(fault)
        migration = stack.manage(
            "migrate", "--verbosity", "0", DJANGO_SETTINGS_MODULE="tests.faults.later.settings"
        )
        stack.wait_until("it gave way once", lambda: stack.says(migration, "Turn 1: a table is in use"))
        stack.wait_until("all other batches are done", lambda: stack.value(DONE) == BATCHES - 1)
        assert migration.exit_code() is None
        gate.open()
        stack.finish(migration)
        column = """
            SELECT count(*) FROM information_schema.columns
            WHERE table_name = 'shipments_batch' AND column_name = 'note'
        """
        assert stack.value(column) == 1
        assert_undisturbed(stack, approved)
