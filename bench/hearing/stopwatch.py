"""A stopwatch of processor time that is put around functions of the product, from outside of it."""

import builtins
import functools
import inspect
import sys
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

IMPORTS = "imports"


class Stopwatch:
    """The CPU seconds of this process, all threads, by what it was at.

    Each second counts once, for the innermost of what was begun and not ended. Work that comes one
    after the other is told apart so, in whichever threads; what is done beside it has to be named.
    """

    def __init__(self, first: str) -> None:
        """What was used until now counts as `first`, and so does what nothing else is at."""
        self.spent_s: dict[str, float] = defaultdict(float)
        self._at = [first]
        self._told_s = 0.0
        self._beside: dict[int, float] = {}

    @contextmanager
    def at(self, what: str) -> Iterator[None]:
        self.turn()
        self._at.append(what)
        try:
            yield
        finally:
            self.turn()
            self._at.reverse()  # the newest of this name: tasks may end in another order
            self._at.remove(what)
            self._at.reverse()

    def turn(self) -> None:
        """Count what was used since the last turn."""
        now_s = time.process_time() - sum(self._since_s(each) for each in self._beside)
        self.spent_s[self._at[-1]] += now_s - self._told_s
        self._told_s = now_s

    def put_beside(self, owner: Any, name: str, what: str) -> None:  # noqa: ANN401 - as put_around
        """Count a function that works in a thread of its own, beside all else, by that alone."""
        function = getattr(owner, name)

        @functools.wraps(function)
        def timed(*arguments: Any, **named: Any) -> Any:  # noqa: ANN401 - whatever it is
            own = threading.get_ident()
            self._beside.setdefault(own, time.thread_time())
            before_s = self._since_s(own)
            try:
                return function(*arguments, **named)
            finally:
                self.spent_s[what] += self._since_s(own) - before_s

        setattr(owner, name, timed)

    def _since_s(self, thread: int) -> float:
        """What a thread beside has used since it was first at its work."""
        clock = time.pthread_getcpuclockid(thread)
        return time.clock_gettime(clock) - self._beside[thread]

    def put_around(self, owner: Any, names: str, what: str) -> None:  # noqa: ANN401 - class, module
        """Count these functions of a class or a module; `names` has spaces between them."""
        for name in names.split():
            setattr(owner, name, self._timed(getattr(owner, name), what))

    def put_around_imports(self) -> None:
        """Count what is imported from now on."""
        load = builtins.__import__

        def timed(name: str, *arguments: Any, **named: Any) -> Any:  # noqa: ANN401 - as __import__
            if name in sys.modules and not (len(arguments) > 2 and arguments[2]):  # noqa: PLR2004
                return load(name, *arguments, **named)
            with self.at(IMPORTS):
                return load(name, *arguments, **named)

        builtins.__import__ = timed

    def _timed(self, function: Callable[..., Any], what: str) -> Callable[..., Any]:
        if inspect.iscoroutinefunction(function):

            @functools.wraps(function)
            async def later(*arguments: Any, **named: Any) -> Any:  # noqa: ANN401 - whatever it is
                with self.at(what):
                    return await function(*arguments, **named)

            return later
        if inspect.isgeneratorfunction(function):

            @functools.wraps(function)
            def piecewise(*arguments: object, **named: object) -> Iterator[Any]:
                pieces = function(*arguments, **named)
                while True:
                    with self.at(what):
                        piece = next(pieces, self)
                    if piece is self:
                        return
                    yield piece

            return piecewise

        @functools.wraps(function)
        def timed(*arguments: Any, **named: Any) -> Any:  # noqa: ANN401 - whatever it is
            with self.at(what):
                return function(*arguments, **named)

        return timed
