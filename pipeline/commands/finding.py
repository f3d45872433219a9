"""`search`: moments by their words and by what they mean."""

import argparse
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from core.command_line import Arguments, Command, Screen, home_of
from core.errors import ModelMissing, WrongUsage
from core.text.painted import Painted, joined, painted

from .batches import batches
from .naming import short_ids
from .opening import reading
from .periods import add_period, period_of, why_nothing

if TYPE_CHECKING:
    from core.paths import Home
    from pipeline.search.found import Found, Hit
    from pipeline.store.sqlite.reader import SqliteReader
    from pipeline.worker.model_process import Vectors

BATCH = 256
"""Queries of `--from` that are embedded together, so that answers come while others wait."""

WORKER_PATIENCE_S = 2.0
"""How long a busy worker may take over a query before we load an embedder of our own."""


def search(arguments: Arguments, screen: Screen) -> int:
    """Moments, best first."""
    if bool(arguments.query) == (arguments.queries is not None):
        raise WrongUsage(
            "Search needs either a query or --from FILE.",
            advice="Write `afterthought search pump`, or --from FILE with one query a line.",
        )
    if arguments.n < 1:
        raise WrongUsage("-n must be 1 or more.", advice="Ask for at least one moment.")
    return reading(_search)(arguments, screen)


async def _search(archive: "SqliteReader", arguments: Arguments, screen: Screen) -> int:
    from pipeline.search.engine import Engine  # noqa: PLC0415
    from pipeline.store.sqlite.passage_index import PassageReader  # noqa: PLC0415

    period = period_of(arguments, screen)
    single = arguments.queries is None
    queries = iter([" ".join(arguments.query)]) if single else _queries(arguments.queries)
    from core.settings_file import spoken_in  # noqa: PLC0415

    home = home_of(arguments)
    embedders = _Embedders(home)
    passages = PassageReader(archive.connection)
    engine = Engine(passages, embedders.embed, spoken_in(home.path))
    hits = 0
    for batch in batches(queries, BATCH):
        found = await engine.search_many(
            batch, n=arguments.n, since_ms=period.since_ms, until_ms=period.until_ms
        )
        for sentence in embedders.missing():
            screen.say(sentence)
        for each in found:
            hits += len(each.hits)
            if single:
                await _show_single(archive, each, screen)
            else:
                _show_line(each)
    if not hits and not await archive.moments(period):
        screen.say(await why_nothing(archive, period))
    elif not hits and single:
        screen.say("Nothing found. Try other words, or see everything with `afterthought list`.")
    return 0


class _Embedders:
    """The worker's embedders, or those of our own; what neither has is told, once."""

    def __init__(self, home: "Home") -> None:
        from pipeline.search.query_vectors import asker  # noqa: PLC0415

        self._home = home
        self._ask_worker = asker(home.worker_socket, WORKER_PATIENCE_S)
        self._own: dict[str, Any] = {}
        self._answered: set[str] = set()
        self._missing: dict[str, ModelMissing] = {}
        self._told: set[str] = set()

    async def embed(self, texts: Sequence[str], embedder: str) -> "Vectors | None":
        """None where no model of that name is here."""
        vectors = None
        if embedder not in self._own:
            vectors = await self._ask_worker(texts, embedder)
        if vectors is None:
            try:
                if embedder not in self._own:
                    self._own[embedder] = _load_embedder(self._home, embedder)
            except ModelMissing as error:
                self._missing[embedder] = error
                return None
            vectors = self._own[embedder].embed(texts)
        self._answered.add(embedder)
        return vectors

    def missing(self) -> Iterator[str]:
        """A sentence for each that is not here and was not told yet.

        An archive that is embedded anew has vectors of two.
        """
        for name in [each for each in self._missing if each not in self._told]:
            how = "by words, and some of it by meaning" if self._answered else "by words alone"
            yield f"Searched {how}. {self._missing[name]}"
            self._told.add(name)


def _load_embedder(home: "Home", name: str) -> Any:  # noqa: ANN401 - an Embedder, heavy to import
    from core.settings_file import load  # noqa: PLC0415
    from pipeline import embedders  # noqa: PLC0415

    return embedders.opened(name, load(home.path), home.path)


async def _show_single(archive: "SqliteReader", found: "Found", screen: Screen) -> None:
    if found.nothing_close and found.hits:
        screen.say("Nothing is close to this; these are the nearest.")
    shown = found.for_people
    names = await short_ids(archive, screen, [hit.moment for hit in shown])
    if found.hits or screen.as_json:
        text = joined("\n", (_hit_line(hit, names[hit.moment]) for hit in shown))
        screen.value([_hit(hit) for hit in found.hits], text)


def _show_line(found: "Found") -> None:
    """`--from` prints a line of JSON for each query, with or without --json."""
    Screen(as_json=True).value(
        {
            "query": found.query,
            "hits": [_hit(hit) for hit in found.hits],
            "ms": round(found.ms, 2),
            "nothing_close": found.nothing_close,
        }
    )


def _hit(hit: "Hit") -> dict[str, Any]:
    return {
        "id": hit.moment,
        "ref": hit.ref,
        "at": None if hit.at is None else hit.at.isoformat(timespec="seconds"),
        "seconds": hit.seconds,
        "speaker": hit.speaker,
        "text": hit.text,
        "score": hit.score,
        "why": list(hit.why),
        "marks": [list(span) for span in hit.marks],
        "also": [{"id": twin.moment, "ref": twin.ref} for twin in hit.also],
    }


def _hit_line(hit: "Hit", name: str) -> Painted:
    from pipeline.commands.json_shapes import time_there  # noqa: PLC0415

    speaker = f"{hit.speaker}: " if hit.speaker else ""
    twins = f" (and {len(hit.also)} alike)" if hit.also else ""
    why = "\n    " + painted("; ".join(hit.why), "dim")
    return painted(name, "dim") + f"  {time_there(hit.at)}  {speaker}" + _marked(hit) + twins + why


def _marked(hit: "Hit") -> Painted:
    """The text, with the words bold that were asked for."""
    from pipeline.commands.json_shapes import indented  # noqa: PLC0415

    shown, done = Painted(), 0
    for start, end in hit.marks:
        shown += indented(hit.text[done:start]) + painted(indented(hit.text[start:end]), "bold")
        done = end
    return shown + indented(hit.text[done:].rstrip())


def _queries(name: str) -> Iterator[str]:
    """The queries of a file, one a line; empty lines are queries too, so that lines match."""
    from pipeline.text_files import open_text  # noqa: PLC0415

    with open_text(name) as stream:
        for line in stream:
            yield line.decode("utf-8", "replace").rstrip("\r\n")


def _arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("query", metavar="QUERY", nargs="*", help="words, quoted or not")
    parser.add_argument("--from", dest="queries", metavar="FILE", help="one query a line")
    parser.add_argument("-n", type=int, default=10, metavar="N", help="how many moments (10)")
    add_period(parser)


COMMANDS = (Command("search", "find moments by words and by meaning", search, _arguments),)
