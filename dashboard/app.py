"""The app with everything that its pages work with, put together."""

import asyncio
import os
import secrets
import traceback
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from functools import partial
from pathlib import Path
from typing import Literal

from flask import Flask, Response, render_template, request
from werkzeug.exceptions import HTTPException
from werkzeug.http import parse_cookie

from core.clock import SystemClock
from core.errors import NotFound, UserError, WrongUsage
from core.log import get_log
from core.paths import Home, certificate_folder, runtime_folder, state_folder
from core.sent import Sent
from core.settings_file import spoken_in
from core.sockets import socket_client
from core.spool_port import SpoolPort, TypedText
from core.text.words import space_between
from dashboard import access
from dashboard.archive_access import ArchiveAccess, Deciding, Forget, Settle, Teach, Teaching, Undo
from dashboard.assets import load_assets
from dashboard.bridge import Bridge
from dashboard.certificates.places import CertificatePlaces
from dashboard.compression import compress
from dashboard.context import PATIENCE_S, Context, PostNote, context
from dashboard.demo import FOLDER, offered_question
from dashboard.live_events import Live
from dashboard.page_search import PageSearch
from dashboard.pages import PAGES
from dashboard.reach.reached import ReachedNow, from_nowhere
from dashboard.sentences import say, with_commands
from dashboard.show.first_minute import load_demo
from dashboard.sign_in import set_up_secret
from dashboard.sign_in.command_socket import CommandSocket
from dashboard.sign_in.confirming import Confirmations
from dashboard.sign_in.cookie import COOKIE
from dashboard.sign_in.desk import Desk
from dashboard.sign_in.phone_file import PhonesUnreadable, phone_file
from dashboard.sign_in.press_watch import CaptureClient
from dashboard.sign_in.second_button import SecondButton
from dashboard.sign_in.set_up_secret import SetUpSecret
from dashboard.sign_in.sign_ins import AuthorityUnknown, NotForGood, SignIns
from pipeline.forget import finish_forgetting, forget, forget_everything
from pipeline.imports import clean_text
from pipeline.search.by_worker import by_worker
from pipeline.spool.spool import Spool
from pipeline.store.acts import Reversed
from pipeline.store.format.drafts import new_moment_id
from pipeline.store.port import Archive
from pipeline.store.sqlite.archive import open_archive
from pipeline.store.sqlite.connection import understood
from pipeline.store.views.moment_fold import MomentRow
from pipeline.undo import undo

LONGEST_POST_BYTES = 1024 * 1024
"""A note of a million letters is a book; larger posts are refused before they are read."""

SEARCHED_WITHIN_S = 30.0
"""A worker's first search reads the whole archive; where there is no worker, nobody waits."""

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "media-src 'self' blob:; manifest-src 'self'; font-src 'none'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
"""Nothing from elsewhere and nothing inline. Sound is played from `blob:` addresses, because
iOS refuses to stream it from a certificate that was only accepted (haiwen/seafile#1247)."""


def create_app(
    home: Home,
    *,
    streams: int = 8,
    reached: ReachedNow = from_nowhere,
    sent: Callable[[], Sent] = Sent,
) -> Flask:
    """The app on this home, for any WSGI server. At most `streams` pages get live events.

    `reached` tells by what names and addresses phones come: without one, nobody may by TLS.
    `sent` tells what has left this device.

    Nothing is opened and no thread is started before the first request: the server may fork.
    """
    app = Flask("dashboard", static_folder=None)
    app.config["MAX_CONTENT_LENGTH"] = LONGEST_POST_BYTES
    app.extensions["context"] = context = _context(home, streams, reached, sent)
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.jinja_env.globals.update(
        device=_device, assets=context.assets, say=say, space_between=space_between
    )
    app.jinja_env.filters["with_commands"] = with_commands
    access.guard(app)
    compress(app)
    app.after_request(_with_headers)
    app.register_error_handler(UserError, _refused)
    app.register_error_handler(HTTPException, _not_done)
    app.register_error_handler(Exception, _fault_of_ours)
    for page in PAGES:
        app.register_blueprint(page)
    return app


def _context(home: Home, streams: int, reached: ReachedNow, sent: Callable[[], Sent]) -> Context:
    runtime = runtime_folder(home.path)
    capture, worker = runtime / "capture.sock", runtime / "worker.sock"
    bridge, spool = Bridge(), Spool(home.spool)
    search_of = partial(
        PageSearch,
        elsewhere=by_worker(worker, SEARCHED_WITHIN_S),
        known=offered_question(),
        spoken=lambda: spoken_in(home.path),
    )
    teaching = Teaching(_teaching("dismiss"), _teaching("more"))
    deciding = Deciding(_forgetting(spool), _undoing(spool), _settling(spool))
    archive = ArchiveAccess(home.path, deciding, teaching, search_of)
    live = Live(
        bridge,
        archive,
        lambda: socket_client.events(capture),
        lambda: socket_client.events(worker),
        most=streams,
    )
    sign_ins = _sign_ins(home, reached)
    sign_ins.on_revoked.append(live.close_of)
    line = CaptureClient(
        lambda: socket_client.events(capture, levels=False),
        lambda told: socket_client.ask(capture, told, patience_s=PATIENCE_S),
    )
    set_up_secret = _set_up_secret(home, reached)
    desk = Desk(sign_ins, set_up_secret, line, SystemClock(), live.tell_of_phones)
    sign_ins.on_revoked.append(desk.questions.tell_revoked)
    return Context(
        home=home.path,
        bridge=bridge,
        archive=archive,
        live=live,
        spool=spool,
        post_note=_posting(home, spool),
        capture_socket=capture,
        worker_socket=worker,
        assets=load_assets(),
        sign_ins=sign_ins,
        set_up_secret=set_up_secret,
        desk=desk,
        confirmations=Confirmations(desk.questions, sign_ins, SystemClock(), live.tell_of_phones),
        reached=reached,
        sent=sent,
        authority=CertificatePlaces(certificate_folder(home.path)).authority,
        demo=load_demo(FOLDER),
    )


def _sign_ins(home: Home, reached: ReachedNow) -> SignIns:
    return SignIns(phone_file(home.path), lambda: reached().fingerprint, SystemClock())


def _set_up_secret(home: Home, reached: ReachedNow) -> SetUpSecret:
    path = state_folder(home.path) / set_up_secret.FILE_NAME
    return SetUpSecret(path, lambda: reached().fingerprint)


def listen_for_commands(app: Flask, socket: Path) -> None:
    """Answer `pair` and `phones` at this socket; the first dashboard of a home does."""
    here: Context = app.extensions["context"]
    commands = CommandSocket(here.desk, here.sign_ins, here.set_up_secret, here.reached, here.sent)
    app.extensions["commands"] = commands
    here.ask(commands.listen(socket))


def follow_second_button(app: Flask) -> None:
    """Have the second button of the device open pairings, and end them."""
    here: Context = app.extensions["context"]
    button = SecondButton(
        here.desk,
        here.confirmations,
        lambda: socket_client.events(here.capture_socket, levels=False),
        here.reached,
    )
    following = asyncio.run_coroutine_threadsafe(button.follow(), here.bridge.loop)
    following.add_done_callback(_note_end)
    app.extensions["second_button"] = following  # a loop alone keeps no task alive


def _note_end(following: Future[None]) -> None:
    """It ends with the bridge, and never otherwise."""
    if not following.cancelled() and (fault := following.exception()) is not None:
        get_log().error("second_button_not_followed", fault=type(fault).__name__)


def watch_phones(app: Flask, hang_up_on: Callable[[str], None]) -> Callable[[], None]:
    """What is to be called each second, so that the server hangs up on who is let in no more."""
    here: Context = app.extensions["context"]
    here.sign_ins.on_revoked.append(hang_up_on)
    return here.sign_ins.look


def lets_in(app: Flask) -> Callable[[str], bool]:
    """What tells whether the phone that sends this `Cookie` header is let in. For any thread."""
    here: Context = app.extensions["context"]

    def is_let_in(cookies: str) -> bool:
        try:
            return here.sign_ins.phone_of(parse_cookie(cookies).get(COOKIE)) is not None
        except (PhonesUnreadable, AuthorityUnknown):  # nobody is, until that is mended
            return False

    return is_let_in


def end_streams(app: Flask) -> None:
    """End every live stream, so that no thread waits for one."""
    context: Context = app.extensions["context"]
    context.live.close()


def close(app: Flask) -> None:
    """Close what the app has opened."""
    context: Context = app.extensions["context"]
    commands: CommandSocket | None = app.extensions.get("commands")
    following: Future[None] | None = app.extensions.get("second_button")
    end_streams(app)
    if following is not None:
        following.cancel()
    if commands is not None:
        context.bridge.ask(commands.close())
    context.bridge.ask(context.desk.cancel())
    context.bridge.ask(context.confirmations.cancel())
    context.bridge.ask(context.archive.close())
    context.bridge.close()


def _forgetting(spool: Spool) -> Forget:
    async def forget_these(archive: Archive, moments: Sequence[str] | None) -> bool:
        if moments is None:
            return await forget_everything(archive, spool)
        return await forget(archive, spool, moments)

    return forget_these


def _undoing(spool: Spool) -> Undo:
    async def undo_act(archive: Archive, named: str) -> Reversed:
        return (await undo(archive, spool, named)).act

    return undo_act


def _settling(spool: Spool) -> Settle:
    async def settle(home: Path, origin: str, agreed: bool) -> None:  # noqa: FBT001 - as it is called
        from pipeline.store.sqlite.exchange.consent import settle_forgets  # noqa: PLC0415 - seldom

        async with open_archive(home) as archive:
            if await settle_forgets(archive, origin, agreed=agreed) and agreed:
                await finish_forgetting(archive, spool)

    return settle


def _teaching(answer: Literal["dismiss", "more"]) -> Teach:
    async def teach(archive: Archive, moment: MomentRow) -> bool:
        from pipeline.selection import teaching  # noqa: PLC0415 - only who answers needs it

        said = teaching.dismiss if answer == "dismiss" else teaching.more
        return all(await said(archive, moment))

    return teach


def _posting(home: Home, spool: SpoolPort) -> PostNote:
    def post_note(text: str, about: str | None) -> str:
        recorded = SystemClock().recorded_now()
        note = TypedText(new_moment_id(), "typed", clean_text(text), recorded, about=about)
        with understood(home.path):
            spool.post_texts(secrets.token_hex(8), [note])
        return note.id

    return post_note


def _device() -> str:
    """The name of the device, for who comes by network and may have several."""
    return context().reached().device if request.scheme == "https" else ""


def _with_headers(response: Response) -> Response:
    """Headers for every answer: what the wearer said stays out of caches and of other sites."""
    if request.blueprint != "static_files":
        response.headers["Cache-Control"] = "no-store"
    response.headers.setdefault("Cache-Control", "no-store")
    response.headers["Content-Security-Policy"] = POLICY
    response.headers["Cross-Origin-Resource-Policy"] = "same-origin"
    response.headers["Cross-Origin-Opener-Policy"] = "same-origin"
    # Not no-referrer: a browser then posts even our own forms with `Origin: null`.
    response.headers["Referrer-Policy"] = "same-origin"
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response


_STATUS = {NotFound: 404, WrongUsage: 400, NotForGood: 507, AuthorityUnknown: 503}


def _refused(error: UserError) -> tuple[str, int]:
    has_button = "`" in error.advice  # where the page has one for it, it shows no command
    advice = (has_button and say.of("advice", error.code)) or error.advice
    page = render_template("trouble.html", sentence=error.sentence, advice=advice)
    return page, _STATUS.get(type(error), 409)


def _not_done(error: HTTPException) -> tuple[str, int] | Response:
    if error.code is not None and error.code < 400:  # noqa: PLR2004 - a redirect is no trouble
        return Response(status=error.code, headers=list(error.get_headers()))
    sentence = {
        404: say("trouble.no_page"),
        405: say("trouble.cannot_do"),
        413: say("trouble.too_long"),
    }.get(error.code or 500, say("trouble.failed"))
    return render_template("trouble.html", sentence=sentence, advice=""), error.code or 500


def _fault_of_ours(error: Exception) -> tuple[str, int]:
    """Logged once, with its cause and without a word: the error's own text may quote a query."""
    frames = traceback.extract_tb(error.__traceback__)[-4:]
    get_log().error(
        "page_failed",
        page=request.endpoint,
        process=os.getpid(),
        fault=type(error).__name__,
        at=" > ".join(f"{Path(frame.filename).name}:{frame.lineno}" for frame in frames),
    )
    advice = say("trouble.fault_advice")
    return render_template("trouble.html", sentence=say("trouble.fault"), advice=advice), 500
