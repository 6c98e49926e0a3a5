"""The fixtures that other tests stand on."""

import subprocess
import sys
import threading

import pytest
import redis as redis_client
from django.contrib.auth.models import Group
from django.contrib.contenttypes.models import ContentType
from django.db import connection

from config.celery import app
from config.local.postgres import APP_ROLE, OWNER_ROLE, SUPERUSER
from config.local.redis import Redis
from marketplace.tasks import settle
from tests.conftest import ClonedDatabase


def count(cloned_database: ClonedDatabase) -> int:
    with cloned_database.connect(role=APP_ROLE) as other:
        row = other.execute("SELECT count(*) FROM django_content_type WHERE model = 'left'").fetchone()
        assert row is not None
        return int(row[0])


class TestDb:
    @pytest.mark.parametrize("time", ["first", "second"])
    def test_rolls_back(self, db: None, time: str) -> None:
        assert not ContentType.objects.filter(model="left").exists()
        ContentType.objects.create(app_label="tests", model="left")

    def test_acts_as_the_owner(self, db: None) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT current_user")
            assert cursor.fetchone() == (OWNER_ROLE,)


class TestClonedDatabase:
    @pytest.mark.parametrize("time", ["first", "second"])
    def test_keeps_commits_from_the_next_test(self, cloned_database: ClonedDatabase, time: str) -> None:
        assert count(cloned_database) == 0
        ContentType.objects.create(app_label="tests", model="left")
        assert count(cloned_database) == 1

    def test_connects_as_each_role(self, cloned_database: ClonedDatabase) -> None:
        for role in (APP_ROLE, OWNER_ROLE):
            with cloned_database.connect(role=role) as other:
                assert other.execute("SELECT current_user").fetchone() == (role,)
        with cloned_database.connect(role=SUPERUSER) as other:
            assert other.execute("SHOW is_superuser").fetchone() == ("on",)

    def test_is_what_another_process_uses(self, cloned_database: ClonedDatabase) -> None:
        Group.objects.create(name="here")
        code = "from django.contrib.auth.models import Group; print(Group.objects.get(name='here').name)"
        command = [sys.executable, "manage.py", "shell", "--no-imports", "-c", code]
        environment = cloned_database.environment()
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
        assert done.stdout == "here\n"


class TestOwnRedis:
    @pytest.mark.parametrize("time", ["first", "second"])
    def test_takes_the_messages_of_this_process(self, own_redis: Redis, time: str) -> None:
        app.send_task("tests.nothing")
        assert queue_length(own_redis) == 1

    def test_takes_the_messages_of_every_thread(self, own_redis: Redis) -> None:
        thread = threading.Thread(target=settle.delay)
        thread.start()
        thread.join()
        assert queue_length(own_redis) == 1


def queue_length(redis: Redis) -> int:
    with redis_client.Redis.from_url(redis.url()) as connected:
        return int(connected.llen("holdfast"))
