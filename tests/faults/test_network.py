"""P9: what the network between a worker and Redis may do, and the work goes on without a person."""

import time

from tests.faults.conftest import Approved
from tests.faults.harness import Stack
from tests.faults.proxy import Proxy
from tests.faults.test_ship import assert_undisturbed, ship

RECOVERED_SECONDS = 60


class TestDeafWorker:
    def test_hears_again_within_a_minute(self, stack: Stack, approved: Approved) -> None:
        """
        Its connections are half-open: nobody closes them, and nothing comes through any more.

        Redis goes on giving messages to the old ones, where they are lost.
        """
        with Proxy(stack.redis.socket) as proxy:
            worker = stack.start_worker(through=proxy)
            stack.wait_until("the worker listens", lambda: " ready." in worker.log.read_text())
            connected = proxy.accepted
            proxy.forget()
            deaf_since = time.monotonic()
            command = ship(stack)
            stack.finish(command)
            assert time.monotonic() - deaf_since < RECOVERED_SECONDS
            assert proxy.accepted > connected, "it came through a connection that was lost"
            assert_undisturbed(stack, approved)
            # The worker goes first, so that it does not complain of the end of the proxy.
            worker.kill_all()
