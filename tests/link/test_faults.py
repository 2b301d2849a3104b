"""What each error of a store means is decided in one place, from what the server really says."""

import inspect

import pytest
import redis.exceptions
from redis._parsers.base import BaseParser
from redis.asyncio.client import Pipeline
from redis.exceptions import RedisError

from server.link import faults
from server.link.faults import Verdict, judge

SAID = {
    # answer: kind, verdict, is the connection left
    "LOADING Redis is loading the dataset in memory": ("loading", Verdict.AGAIN, True),
    "READONLY You can't write against a read only replica.": ("readonly", Verdict.AGAIN, True),
    "READONLY You can't write against a read only replica. script: 5b1, on @user_script:3.": ("readonly", Verdict.AGAIN, True),
    "MASTERDOWN Link with MASTER is down and replica-serve-stale-data is set to 'no'.": ("masterdown", Verdict.AGAIN, True),
    "NOREPLICAS Not enough good replicas to write.": ("noreplicas", Verdict.AGAIN, True),
    "UNBLOCKED force unblock from blocking operation, instance state changed (master -> replica?)": ("unblocked", Verdict.AGAIN, True),
    "UNBLOCKED client unblocked via CLIENT UNBLOCK": ("unblocked", Verdict.AGAIN, True),
    "CLUSTERDOWN The cluster is down": ("clusterdown", Verdict.AGAIN, False),
    "CLUSTERDOWN Hash slot not served": ("clusterdown", Verdict.AGAIN, False),
    "TRYAGAIN Multiple keys request during rehashing of slot": ("tryagain", Verdict.AGAIN, False),
    "MOVED 3999 127.0.0.1:6381": ("moved", Verdict.AGAIN, False),
    "ASK 3999 127.0.0.1:6381": ("ask", Verdict.AGAIN, False),
    "BUSY Redis is busy running a script. You can only call SCRIPT KILL or SHUTDOWN NOSAVE.": ("busy", Verdict.AGAIN, False),
    "ERR max number of clients reached": ("connection", Verdict.AGAIN, True),
    "OOM command not allowed when used memory > 'maxmemory'. script: 1b, on @user_script:2.": ("oom", Verdict.REFUSE, False),
    "MISCONF Errors writing to the AOF file: No space left on device": ("misconf", Verdict.REFUSE, False),
    "MISCONF Redis is configured to save RDB snapshots, but it's currently unable to persist to disk.": ("misconf", Verdict.REFUSE, False),
    "NOAUTH Authentication required.": ("denied", Verdict.FATAL, True),
    "WRONGPASS invalid username-password pair or user is disabled.": ("denied", Verdict.FATAL, True),
    "NOPERM User chat has no permissions to run the 'keys' command": ("denied", Verdict.FATAL, False),
    "CROSSSLOT Keys in request don't hash to the same slot": ("ours", Verdict.FATAL, False),
    "WRONGTYPE Operation against a key holding the wrong kind of value": ("ours", Verdict.FATAL, False),
    "ERR unknown command 'FOO', with args beginning with: ": ("ours", Verdict.FATAL, False),
}


@pytest.mark.parametrize("answer", SAID)
def test_an_answer_is_judged(answer: str) -> None:
    """As redis-py makes an exception of what the server says."""
    fault = judge(BaseParser.parse_error(answer))  # type: ignore[no-untyped-call]

    assert (fault.kind, fault.verdict, fault.leave) == SAID[answer]


@pytest.mark.parametrize("answer", SAID)
def test_an_answer_in_a_pipe_is_judged_alike(answer: str) -> None:
    """redis-py writes the command before it."""
    error = BaseParser.parse_error(answer)  # type: ignore[no-untyped-call]
    Pipeline.annotate_exception(None, error, 1, ("HGETALL", "x"))  # type: ignore[arg-type]

    assert judge(error).kind == SAID[answer][0]


@pytest.mark.parametrize("error", [redis.exceptions.TimeoutError(), redis.exceptions.ConnectionError(), faults.NotCopiedError()])
def test_what_did_not_come_may_be_asked_for_again(error: RedisError) -> None:
    """No answer in time, a lost connection, no replica that has it."""
    assert judge(error).verdict is Verdict.AGAIN
    assert judge(error).leave


def test_what_is_not_known_is_our_fault() -> None:
    """A new error is told to the log, not said again for ever."""
    assert judge(RedisError("NEW kind of trouble")) is faults.OURS
    assert not faults.is_passing(ValueError("of ours"))


EVERY = [kind for _, kind in inspect.getmembers(redis.exceptions, inspect.isclass) if issubclass(kind, RedisError)]


@pytest.mark.parametrize("kind", EVERY, ids=lambda kind: kind.__name__)
def test_every_exception_has_a_kind_of_the_closed_list(kind: type[RedisError]) -> None:
    """Which is the label of a figure: a few words, no more."""
    error = kind.__new__(kind)

    assert judge(error).kind in faults.KINDS
    assert len(faults.KINDS) <= 50
