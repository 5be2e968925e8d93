"""Compiled code that asks whether to stop, and would swallow Ctrl-C where it asks."""

from __future__ import annotations

from collections.abc import Callable
from threading import Event, Thread
from typing import TypeVar

from .limits import Deadline

T = TypeVar("T")

# Seconds after which Ctrl-C is noticed that came to another thread.
_BETWEEN = 0.1


def attended(function: Callable[[], T], deadline: Deadline) -> T:
    """Call a function in a thread and wait for its end.

    Ctrl-C ends the time of the deadline, which the function has to ask now and then; it has to
    release Python's lock meanwhile.

    Raises:
        BaseException: what the function raised.
    """
    returned: list[T] = []
    raised: list[BaseException] = []
    ended = Event()

    def run() -> None:
        try:
            returned.append(function())
        except BaseException as error:  # raised again below
            raised.append(error)
        finally:
            ended.set()

    thread = Thread(target=run)
    try:
        thread.start()
    except KeyboardInterrupt:
        if thread.ident is None:  # it had not begun
            raise
        deadline.interrupt()
    while not ended.is_set():  # `join` may take a thread for ended after Ctrl-C
        try:
            ended.wait(_BETWEEN)
        except KeyboardInterrupt:
            deadline.interrupt()
    if raised:
        raise raised[0]
    return returned[0]
