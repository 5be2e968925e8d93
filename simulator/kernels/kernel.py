"""Compilation of kernels: once per machine, in a serial and a parallel form.

Nothing of numba is loaded before a kernel is called.
"""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache, cached_property, partial
from hashlib import sha256
from pathlib import Path
from threading import current_thread, main_thread
from time import perf_counter
from types import FunctionType
from typing import Any, NamedTuple, Protocol

from ..threads import thread_count

# Below this many touched numbers, waking the other threads costs more than it saves.
PARALLEL_THRESHOLD = 1 << 17


_seconds = 0.0
_is_loading = False


def compile_seconds() -> float:
    """Seconds this process has spent on loading numba and kernels, or on compiling them."""
    return _seconds


@contextmanager
def loading() -> Iterator[None]:
    """Count the time inside among `compile_seconds`, once where such blocks are nested."""
    global _seconds, _is_loading
    if _is_loading:
        yield
        return
    started, _is_loading = perf_counter(), True
    try:
        yield
    finally:
        _seconds += perf_counter() - started
        _is_loading = False


_announce: Callable[[], None] | None = None


@contextmanager
def announced_compilation(announce: Callable[[], None]) -> Iterator[None]:
    """Call `announce` once if, inside, a kernel is compiled rather than loaded from disk."""
    global _announce
    _announce = announce
    try:
        yield
    finally:
        _announce = None


def _say_that_it_compiles() -> None:
    global _announce
    announce, _announce = _announce, None
    if announce is not None:
        announce()


class ReadyKernel(NamedTuple):
    """One form of a kernel that can run.

    Attributes:
        name: module, function, types of numbers, and whether it runs on several threads.
        compiled: whether it was compiled, rather than loaded.
        folder: where it is kept for later processes; None if no folder can be written.
    """

    name: str
    compiled: bool
    folder: Path | None


class KernelWatch(Protocol):
    """Follows the compilation and loading of kernels."""

    def compiling(self, name: str) -> object:
        """Called when the compilation of a kernel begins; not for those that are loaded."""

    def ready(self, kernel: ReadyKernel) -> object:
        """Called when a kernel has been compiled or loaded."""


_watch: KernelWatch | None = None


@contextmanager
def watched_kernels(watch: KernelWatch) -> Iterator[None]:
    """Report every kernel that is compiled or loaded inside."""
    global _watch
    _watch = watch
    try:
        yield
    finally:
        _watch = None


@contextmanager
def _compilation_noticed(name: str) -> Iterator[list[str]]:
    """Announce it if numba begins to compile; loading from its cache makes no event.

    Yields a list that takes the name when that happens.
    """
    from numba.core import event

    found: list[str] = []

    class Listener(event.Listener):  # type: ignore[misc]
        def on_start(self, _: Any) -> None:
            if not found:  # helpers follow
                found.append(name)
                _say_that_it_compiles()
                if _watch is not None:
                    _watch.compiling(name)

        def on_end(self, _: Any) -> None:
            """Nothing."""

    with event.install_listener("numba:compile", Listener()):
        yield found


@contextmanager
def _interrupts_deferred() -> Iterator[None]:
    """Hold Ctrl-C back until the end; inside the compiler's callbacks it would get lost."""
    if current_thread() is not main_thread():
        yield
        return
    caught: list[int] = []
    previous = signal.signal(signal.SIGINT, lambda number, _: caught.append(number))
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, previous)
    if caught:
        signal.raise_signal(signal.SIGINT)


@cache
def digest(folder: Path) -> str:
    """A digest of all sources in a folder."""
    found = sha256()
    for path in sorted(folder.glob("*.py")):
        found.update(path.read_bytes())
    return found.hexdigest()[:12]


def runs_parallel(work: int) -> bool:
    """Whether a kernel called with so much work runs on several threads."""
    return work >= PARALLEL_THRESHOLD and thread_count() > 1


class Kernel:
    """A loop written with `numba.prange`, compiled on first use and cached on disk.

    Args:
        function: the loop.
        serial_only: whether it has no parallel form.
        varying: numbers of the array arguments whose types differ between calls.
    """

    def __init__(
        self,
        function: Any,
        *,
        serial_only: bool = False,
        varying: tuple[int, ...] = (0,),
    ) -> None:
        self.function = function
        self._serial_only = serial_only
        self._varying = varying
        self.__doc__ = function.__doc__
        self._ready: dict[tuple[Any, ...], Callable[..., Any]] = {}

    def __call__(self, work: int, *args: Any) -> Any:
        """Run on `args`, in parallel if `work` (numbers touched) is large enough."""
        parallel = not self._serial_only and runs_parallel(work)
        key = (parallel, *[args[k].dtype for k in self._varying])
        ready = self._ready.get(key)
        if ready is None:
            ready = self._ready[key] = self._load(args, parallel=parallel)
        return ready(*args)

    @cached_property
    def serial(self) -> Any:
        """The single-threaded form."""
        return self._dispatcher(parallel=False)

    @cached_property
    def parallel(self) -> Any:
        """The multi-threaded form."""
        return self._dispatcher(parallel=True)

    def _load(self, args: tuple[Any, ...], *, parallel: bool) -> Any:
        """Compile for these arguments, or load what an earlier process compiled."""
        with loading():
            import numba

            ready: Any = self.parallel if parallel else self.serial
            name = self._name(args, parallel=parallel)
            with _interrupts_deferred(), _compilation_noticed(name) as compiled:
                ready.compile(tuple(numba.typeof(arg) for arg in args))
        if _watch is not None:
            folder = ready.stats.cache_path
            _watch.ready(ReadyKernel(name, bool(compiled), Path(folder) if folder else None))
        return ready

    def _name(self, args: tuple[Any, ...], *, parallel: bool) -> str:
        """The name of a form, as "layers.forward (float32, several threads)"."""
        module = self.function.__module__.rpartition(".")[2]
        types = ", ".join(str(args[k].dtype) for k in self._varying)
        threads = "several threads" if parallel else "one thread"
        return f"{module}.{self.function.__name__} ({types}, {threads})"

    def _dispatcher(self, *, parallel: bool) -> Any:
        import numba

        # The cache on disk knows functions by the name and age of their own file only: the two
        # forms need two names, and the helpers in other files a part in them.
        form = f"{'parallel' if parallel else 'serial'}_{digest(Path(__file__).parent)}"
        function = FunctionType(
            self.function.__code__, self.function.__globals__, f"{self.function.__name__}_{form}"
        )
        function.__module__ = self.function.__module__
        function.__qualname__ = function.__name__
        options = {**_OPTIONS, "parallel": parallel, "no_cfunc_wrapper": True}
        try:
            return numba.njit(cache=True, **options)(function)
        except RuntimeError:  # no folder for the cache can be written
            return numba.njit(**options)(function)


_OPTIONS = {"nogil": True, "error_model": "numpy"}


def _helper(function: Callable[..., Any], **options: Any) -> Any:
    import numba

    # Entry points for Python and C would be a third of the time that compilation takes.
    wrappers = {"no_cpython_wrapper": True, "no_cfunc_wrapper": True}
    return numba.njit(**_OPTIONS, **wrappers, **options)(function)


def helper(function: Callable[..., Any]) -> Any:
    """Make a helper of loops: compiled into them, never called from Python, which would crash."""
    return _helper(function)


def inlined_helper(function: Callable[..., Any]) -> Any:
    """The same, written out where it is called before types are known."""
    return _helper(function, inline="always")


def merged_helper(function: Callable[..., Any]) -> Any:
    """The same, written out by LLVM: for short loops, which a call would cost more than."""
    return _helper(function, forceinline=True)


def kernel(function: Callable[..., Any]) -> Kernel:
    """Make a kernel of a loop over arrays; the call takes the amount of work first."""
    return Kernel(function)


def kernel_of(*varying: int) -> Callable[[Callable[..., Any]], Kernel]:
    """The same where the array arguments of these numbers come in several types."""
    return partial(Kernel, varying=varying)


def serial_kernel(function: Callable[..., Any]) -> Kernel:
    """The same of a loop that is only used on few numbers and has no parallel form."""
    return Kernel(function, serial_only=True)
