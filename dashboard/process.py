"""The page as a process: the app, the server in front of it, and what reaches it by network."""

from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass

from flask import Flask

from core.access.memory import FreedMemory, close_memory, share_one_heap
from core.paths import Home
from core.sent import Sent, with_peers
from dashboard.app import (
    close,
    create_app,
    end_streams,
    follow_second_button,
    lets_in,
    listen_for_commands,
    watch_phones,
)
from dashboard.network.sent_file import KeptCount, kept_count
from dashboard.reach.assembly import reach_of
from dashboard.reach.reach import Plan, Reach
from dashboard.server import STREAMS, Hooks, PageServer, make_server, serve


@dataclass(frozen=True, slots=True)
class Tell:
    """Who is told: `ready` the port on loopback once it answers, `news` what is new for people."""

    ready: Callable[[int], None]
    news: Callable[[str], None]


def serve_page(
    home: Home, port: int, plan: Plan, tell: Tell, *, has_second_button: bool = False
) -> None:
    """Answer until a signal to stop. For the main thread. Raises PortInUse."""
    close_memory()
    share_one_heap()
    sent = kept_count(home)

    def sent_now() -> Sent:
        return with_peers(sent.now, home.path) or sent.now

    app = create_app(home, streams=STREAMS, reached=lambda: reach.reached, sent=sent_now)
    with ExitStack() as at_the_end:
        at_the_end.callback(close, app)
        server = make_server(app, port)
        at_the_end.callback(sent.close)
        reach = reach_of(home, server, plan, tell.news)
        at_the_end.callback(reach.close)
        server.counter, server.is_let_in = sent.counter, lets_in(app)
        server.elsewhere = lambda: reach.reached.by_number
        listen_for_commands(app, home.page_socket)
        if has_second_button:
            follow_second_button(app)
        looking = _looking(app, server, reach, sent)
        serve(server, Hooks(tell.ready, lambda: end_streams(app), looking))


def _looking(app: Flask, server: PageServer, reach: Reach, sent: KeptCount) -> Callable[[], None]:
    """All that follows what changes by itself, once a second."""
    look_at_phones = watch_phones(app, server.hang_up_on)
    freed = FreedMemory()

    def looking() -> None:
        reach.look()
        look_at_phones()
        freed.look()
        sent.look()

    return looking
