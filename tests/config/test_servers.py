"""The embedded servers: found again, started again after a kill, and nobody else's."""

import os
from collections.abc import Iterator
from pathlib import Path

import psutil
import psycopg
import pytest
import redis as redis_client

from config.local.postgres import Postgres
from config.local.redis import Redis
from config.local.server import LONGEST_SOCKET_PATH, ServerError, make_private, socket_folder, wait_until_gone
from tests.settings import POSTGRES


@pytest.fixture
def own_postgres(run_folder: Path) -> Iterator[Postgres]:
    """A PostgreSQL of one test's own, whose folder has characters that a shell would read."""
    server = Postgres(folder=run_folder / "it's (2)" / "postgres", settings=POSTGRES.settings)
    yield server
    server.stop()


def kill(process_id: int | None) -> None:
    """End a server as a crash would."""
    assert process_id is not None
    process = psutil.Process(process_id)
    process.kill()
    wait_until_gone(process, seconds=10)


class TestPostgres:
    def test_is_found_again_and_survives_a_kill(self, own_postgres: Postgres) -> None:
        assert own_postgres.start()
        assert not own_postgres.start()
        with psycopg.connect(own_postgres.url(), autocommit=True) as connection:
            connection.execute("CREATE TABLE kept AS SELECT 1 AS one")

        kill(own_postgres.process_id())
        assert own_postgres.process_id() is None
        assert own_postgres.start()
        with psycopg.connect(own_postgres.url()) as connection:
            assert connection.execute("SELECT one FROM kept").fetchone() == (1,)

        kill(own_postgres.process_id())
        # After a restart of the machine the old number may belong to any other program.
        for stale in (own_postgres.folder / "postmaster.pid", own_postgres.sockets / ".s.PGSQL.5432.lock"):
            stale.write_text(f"{os.getppid()}\n")
        assert own_postgres.start()
        assert own_postgres.stop()
        assert not own_postgres.stop()

    def test_begins_again_where_its_making_was_cut_short(self, own_postgres: Postgres) -> None:
        half = own_postgres.folder.with_name("postgres.new")
        half.mkdir(parents=True)
        (half / "PG_VERSION").write_text("18\n")
        assert own_postgres.start()
        with psycopg.connect(own_postgres.url()) as connection:
            assert connection.execute("SHOW timezone").fetchone() == ("UTC",)


class TestRedis:
    def test_is_found_again_and_survives_a_kill(self, own_redis: Redis) -> None:
        assert not own_redis.start()
        with redis_client.Redis.from_url(own_redis.url()) as connection:
            connection.rpush("queue", "message")

        kill(own_redis.process_id())
        assert own_redis.process_id() is None
        assert own_redis.start()
        with redis_client.Redis.from_url(own_redis.url()) as connection:
            assert connection.lrange("queue", 0, -1) == [b"message"]

        kill(own_redis.process_id())
        (own_redis.folder / "redis.pid").write_text(f"{os.getppid()}\n")
        assert own_redis.start()
        assert own_redis.stop()
        assert not own_redis.stop()


class TestSocketFolder:
    def test_is_the_data_folder_where_the_path_fits(self) -> None:
        folder = Path("/" + "a" * (LONGEST_SOCKET_PATH - len("//redis.sock")))
        assert socket_folder(folder=folder, name="redis.sock") == folder

    def test_is_short_and_its_own_where_the_path_does_not_fit(self) -> None:
        folders = [Path("/" + letter * LONGEST_SOCKET_PATH) for letter in "ab"]
        short = [socket_folder(folder=folder, name="redis.sock") for folder in folders]
        assert len(set(short)) == 2
        assert all(len(str(folder / "redis.sock")) <= LONGEST_SOCKET_PATH for folder in short)


class TestMakePrivate:
    def test_shuts_others_out(self, tmp_path: Path) -> None:
        folder = tmp_path / "open"
        folder.mkdir(mode=0o755)
        make_private(folder)
        assert folder.stat().st_mode & 0o777 == 0o700

    def test_refuses_a_link(self, tmp_path: Path) -> None:
        (tmp_path / "link").symlink_to(tmp_path)
        with pytest.raises(ServerError, match="belongs to"):
            make_private(tmp_path / "link")
