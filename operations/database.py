"""Bounds the database connections of a process in which many jobs wait for slow things, and tells
errors that pass from those that do not.

Job threads are many and mostly wait; each would open its own connection and keep it. Instead each
of their short database sections borrows one of a few connections, the lanes of the process. Without
open lanes (a web request, a command) the work simply runs on the thread's own connection.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from queue import Empty, SimpleQueue
from typing import ParamSpec, TypeVar

from django.db import DEFAULT_DB_ALIAS, connections
from django.db import Error as DatabaseError
from django.db.backends.base.base import BaseDatabaseWrapper

P = ParamSpec("P")
T = TypeVar("T")

# https://mariadb.com/docs/server/reference/error-codes and, from 2000, the client library's own
MYSQL_AWAY = {
    0: "the connection is closed already",
    1040: "too many connections",
    1053: "server shutdown in progress",
    1152: "connection aborted",
    1158: "packet read error",
    1159: "packet read timeout",
    1160: "packet write error",
    1161: "packet write timeout",
    1203: "too many connections of this user",
    1205: "lock wait timeout",
    1213: "deadlock",
    1226: "resource limit of this user, such as connections",
    1927: "connection was killed",
    2002: "cannot connect through the socket",
    2003: "cannot connect",
    2005: "unknown host: the name of a container that is down",
    2006: "server has gone away",
    2012: "error in the handshake",
    2013: "connection lost during a query",
    2055: "connection lost",
    4031: "disconnected by the server for inactivity",
}
SQLITE_AWAY = {
    sqlite3.SQLITE_BUSY,
    sqlite3.SQLITE_LOCKED,
    sqlite3.SQLITE_CANTOPEN,
    sqlite3.SQLITE_PROTOCOL,  # lost the race for the locks of the write-ahead log too often
}

DEADLOCK = 1213  # InnoDB has undone the whole transaction
MYSQL_CONFLICTS = {1205, DEADLOCK}
IDLE_SECONDS = 1.0  # a connection that rested longer is asked whether it still stands

_lanes: _Lanes | None = None


def is_unavailable(error: DatabaseError) -> bool:
    """Whether the database is away or busy: the same work can succeed later, unchanged.

    False for what waiting cannot mend, such as an unknown column or a value too long.
    """
    extended = getattr(error.__cause__, "sqlite_errorcode", None)
    if extended is not None:
        return extended & 0xFF in SQLITE_AWAY
    return mysql_code(error) in MYSQL_AWAY


def is_away(error: DatabaseError) -> bool:
    """Whether nothing at all can be done in the database now; others' locks do not count."""
    on_sqlite = hasattr(error.__cause__, "sqlite_errorcode")
    return is_unavailable(error) and not on_sqlite and mysql_code(error) not in MYSQL_CONFLICTS


def mysql_code(error: DatabaseError) -> int | None:
    """The number by which MySQL's server or client names an error; None for another's error."""
    code = error.args[0] if error.args else None
    return code if isinstance(code, int) else None


class _Lanes:
    """Up to ``count`` connections, each used by one thread at a time."""

    def __init__(self, count: int) -> None:
        self._free: SimpleQueue[BaseDatabaseWrapper] = SimpleQueue()
        self._lanes = [_new_lane() for _ in range(count)]
        self._last_used = dict.fromkeys(map(id, self._lanes), 0.0)
        self._closed = False
        for lane in self._lanes:
            self._free.put(lane)

    def run(self, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Let the queries of ``work`` run on one of the connections, as soon as one is free."""
        lane, own = self._free.get(), _connection_of_this_thread()
        connections[DEFAULT_DB_ALIAS] = lane
        try:
            self._renew(lane)
            return work(*args, **kwargs)
        finally:
            _give_back(own)
            self._last_used[id(lane)] = time.monotonic()
            if self._closed:
                lane.close()
            self._free.put(lane)

    def close(self) -> None:
        """Close what is free now; what is in use closes as it comes back."""
        self._closed = True
        with suppress(Empty):
            while True:
                self._free.get_nowait().close()

    def _renew(self, lane: BaseDatabaseWrapper) -> None:
        """Replace a connection that broke, is too old, or does not answer after a pause."""
        now = time.monotonic()
        too_old = lane.close_at is not None and now >= lane.close_at
        if lane.errors_occurred or too_old or now - self._last_used[id(lane)] > IDLE_SECONDS:
            lane.close_if_unusable_or_obsolete()


def _new_lane() -> BaseDatabaseWrapper:
    """A connection, not opened yet, that may go from thread to thread."""
    lane = connections.create_connection(DEFAULT_DB_ALIAS)
    lane.inc_thread_sharing()
    return lane


def _connection_of_this_thread() -> BaseDatabaseWrapper | None:
    return next(iter(connections.all(initialized_only=True)), None)


def _give_back(own: BaseDatabaseWrapper | None) -> None:
    if own is None:
        del connections[DEFAULT_DB_ALIAS]
    else:
        connections[DEFAULT_DB_ALIAS] = own


@contextmanager
def database_lanes(count: int) -> Iterator[None]:
    """While the block runs, ``in_database`` work of this process shares ``count`` connections."""
    global _lanes
    if _lanes is not None:
        raise RuntimeError("This process has database lanes already.")
    _lanes = lanes = _Lanes(count)
    try:
        yield
    finally:
        _lanes = None
        lanes.close()


def in_database(work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Run ``work`` on a lane, or on the thread's own connection if there are none.

    The work must not wait for anything but the database, nor call this function itself.
    """
    lanes = _lanes
    if lanes is None:
        return work(*args, **kwargs)
    return lanes.run(work, *args, **kwargs)
