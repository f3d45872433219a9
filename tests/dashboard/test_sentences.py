"""The sentences of the page: all in one file, each used, and none written anywhere else."""

import ast
import json
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from string import Formatter
from typing import get_args

import pytest
from flask.testing import FlaskClient
from jinja2 import Environment, nodes

from core.capture_status import CaptureState
from dashboard.sentences import SHARED_WITH_SCRIPTS, Sentence, Sentences, load, say, with_commands
from dashboard.show.first_minute import QUESTION
from tests.imports import TREE
from tests.test_texts import plant

DASHBOARD = TREE / "dashboard"
TERMINAL = {
    *("commands.py", "checks.py", "server.py", "make_recordings.py", "certificates"),
    *("reach.py", "leaf_contexts.py", "owners_leaf.py"),
    *("publishing.py", "answering.py", "carrying.py"),
}
"""These speak to who starts the page at a terminal, not to who reads it."""

SCRIPT = {"bundle.py"}
"""This one writes script, which is no sentence."""

Use = tuple[str, frozenset[str]]
"""The name of a sentence, and the names of the values that it is given."""

HUMAN = re.compile(r"[A-Z][a-z]+(?![\w-])|[A-Za-z]{2,} [a-z]{2,}")
"""A word with a capital, or two words side by side."""

FILLED = "\N{OBJECT REPLACEMENT CHARACTER}"
"""What stands for all that a template fills in."""

COMMENT = re.compile(r"^\s*//.*|\s// .*|/\*.*?\*/", re.MULTILINE)

NAMES_OF_THE_BROWSER = {"Accept", "Escape"}


def test_no_template_holds_a_sentence_of_its_own() -> None:
    assert list(template_texts(DASHBOARD)) == []


def test_no_script_holds_a_sentence_of_its_own() -> None:
    assert list(script_texts(DASHBOARD)) == []


def test_no_module_holds_a_sentence_of_its_own() -> None:
    assert list(module_texts(DASHBOARD)) == []


def test_planted_sentences_are_told(tmp_path: Path) -> None:
    plant(tmp_path, "templates/a.html", '<p data-a="Fine Here">{{ x }} is <b>lost</b></p>')
    plant(tmp_path, "templates/b.html", "<a aria-label=\"Go on\">{{ say('a.b') }}</a>")
    plant(tmp_path, "templates/c.html", "{{ parts.act('undo', 'Take it back') }}")
    plant(tmp_path, "static/js/a.js", 'one("#level canvas"); show("Taken"); // Not this one\n')
    plant(
        tmp_path, "static/js/b.js", "show(`The last ${n} s are gone`); el('<b title=\"Go on\">');"
    )
    plant(tmp_path, "a.py", '"""This one is for us."""\nx = f"In {y} it was lost."\n')

    assert list(template_texts(tmp_path)) == [
        "a.html: is",
        "a.html: lost",
        "b.html: Go on",
        "c.html: Take it back",
    ]
    assert list(script_texts(tmp_path)) == [
        "a.js: Taken",
        "b.js: The last  s are gone",
        "b.js: Go on",
    ]
    assert list(module_texts(tmp_path)) == ["a.py: In {} it was lost."]


def test_every_sentence_that_is_named_is_there_and_gets_its_values() -> None:
    named = dict(all_names())
    wrong = [
        name
        for name, given in {*template_uses(), *module_uses(), *script_uses()}
        if fields(named[name]) - {"count"} != given - {"count"}
    ]

    assert wrong == []


def test_every_sentence_is_used() -> None:
    used = {name for name, _ in {*template_uses(), *module_uses(), *script_uses()}}
    sections = set(sections_by_code())
    spare = [
        name for name, _ in all_names() if name not in used and section_of(name) not in sections
    ]

    assert spare == []


def test_the_forms_of_a_number_are_one_and_other_with_the_same_values() -> None:
    plural = [(name, found) for name, found in all_names() if not isinstance(found, str)]

    assert plural
    for name, found in plural:
        assert set(found) == {"one", "other"}, name
        assert len({frozenset(fields(each) - {"count"}) for each in found.values()}) == 1, name


NO_BUTTON = {
    "state.absent_advice",  # nothing that runs could start it
    "refused.absent_advice",
    "first.nothing_to_say",
    "first.demo_yours",
    "words.words",  # damage is looked into on the machine itself
    "words.typed",
    "sound_place.missing",
    "machines.add",  # at both machines at once, where each asks
    "connection.403",  # read where no page is shown
}
"""The only sentences that name a command, but for those about letting a phone in, and its trusting
the device, which are done at the device itself."""


def test_a_command_is_named_only_where_no_button_can_do_it() -> None:
    told = {name for name, found in all_names() if "`" in str(found)}
    letting_in = re.compile("phones|pairing|proof|presses|authority")

    assert {name for name in told if not letting_in.match(name)} == NO_BUTTON


def test_every_state_of_capture_has_a_sentence() -> None:
    assert [state for state in get_args(CaptureState) if not say.of("state", state)] == []


def test_a_number_chooses_its_form_and_a_value_is_never_markup() -> None:
    some = Sentences("en", {"a": {"n": {"one": "{count} gap", "other": "{count} gaps"}}})

    assert [some("a.n", count=n) for n in (0, 1, 2)] == ["0 gaps", "1 gap", "2 gaps"]
    html = Sentences("en", {"a": {"b": "<em>{x}</em> by `a`"}}).html("a.b", x="<script>")
    assert html == "<em>&lt;script&gt;</em> by <code>a</code>"
    assert with_commands("<b> `run`") == "&lt;b&gt; <code>run</code>"


def test_another_file_gives_the_page_another_language(tmp_path: Path) -> None:
    (tmp_path / "de.toml").write_text('language = "de"\n[a]\nb = "Rückgängig"\n', "utf-8")

    german = load(tmp_path / "de.toml")

    assert (german.language, german("a.b")) == ("de", "Rückgängig")


def test_a_page_names_its_language_and_hands_the_scripts_their_sentences(page: FlaskClient) -> None:
    text = page.get("/").text

    (handed,) = re.findall(r'<script type="application/json" id="sentences">(.*)</script>', text)
    assert json.loads(handed) == say.for_scripts
    assert f'<html lang="{say.language}">' in text


@pytest.mark.parametrize("name", [name for name, _ in say.sections["done"].items()])
def test_what_was_done_is_said_on_the_page(page: FlaskClient, name: str) -> None:
    assert f'<p role="status">{say.of("done", name)[:9]}' in page.get(f"/?done={name}").text


# ---- what the file holds ----


def all_names() -> Iterator[tuple[str, Sentence]]:
    for section, sentences in say.sections.items():
        yield from ((f"{section}.{key}", found) for key, found in sentences.items())


def section_of(name: str) -> str:
    return name.partition(".")[0]


def fields(sentence: Sentence) -> set[str]:
    texts = [sentence] if isinstance(sentence, str) else sentence.values()
    return {field for text in texts for _, field, _, _ in Formatter().parse(text) if field}


# ---- where they are used ----


def template_uses() -> Iterator[Use]:
    for path in sorted((DASHBOARD / "templates").glob("*.html")):
        for call in (
            Environment(autoescape=True).parse(path.read_text("utf-8")).find_all(nodes.Call)
        ):
            if _says(call.node) and isinstance(call.args[0], nodes.Const):
                yield call.args[0].value, frozenset(each.key for each in call.kwargs)


def _says(node: nodes.Node) -> bool:
    if isinstance(node, nodes.Getattr):
        return node.attr == "html" and _says(node.node)
    return isinstance(node, nodes.Name) and node.name == "say"


def modules() -> Iterator[tuple[Path, ast.Module]]:
    for path in sorted(DASHBOARD.rglob("*.py")):
        yield path, ast.parse(path.read_text("utf-8"))


def module_uses() -> Iterator[Use]:
    """Each call; where a name is chosen of two, both are."""
    for _, tree in modules():
        for call in _calls(tree, ("say", "html")):
            given = frozenset(each.arg for each in call.keywords if each.arg)
            for name in _constants(call.args[0]):
                spread = any(each.arg is None for each in call.keywords)
                yield name, frozenset(fields(dict(all_names())[name])) if spread else given


def sections_by_code() -> Iterator[str]:
    """The sections of which a code or a number chooses."""
    for _, tree in modules():
        for call in _calls(tree, ("of",)):
            yield from _constants(call.args[0])


def _calls(tree: ast.Module, names: tuple[str, ...]) -> Iterator[ast.Call]:
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call) or not node.args:
            continue
        called = node.func
        is_plain = isinstance(called, ast.Name) and called.id in names
        of_say = isinstance(called, ast.Attribute) and called.attr in names
        if is_plain or (of_say and ast.unparse(called).startswith("say.")):
            yield node


def _constants(node: ast.expr) -> list[str]:
    if isinstance(node, ast.IfExp):
        return [*_constants(node.body), *_constants(node.orelse)]
    return [node.value] if isinstance(node, ast.Constant) and isinstance(node.value, str) else []


def script_uses() -> Iterator[Use]:
    """Each name of a script; how its values are called, stands beside it or in an object."""
    handed = {**{name: f"script.{name}" for name in say.sections["script"]}}
    handed |= {key: f"{section}.{key}" for section, key in SHARED_WITH_SCRIPTS}
    known = dict(all_names())
    for _, source in scripts(DASHBOARD):
        for called in re.findall(r"\bsay\(([^()]*)", source):
            for name in re.findall(r'"(\w+)"', called):
                yield (
                    handed[name],
                    frozenset(each for each in fields(known[handed[name]]) if f"{each}:" in called),
                )


# ---- what reads like a sentence ----


class Said(HTMLParser):
    """The texts of a piece of HTML, and of the attributes that are read aloud or shown."""

    def __init__(self) -> None:
        super().__init__()
        self.texts: list[str] = []

    def handle_data(self, data: str) -> None:
        self.texts.append(data)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        del tag
        shown = {"aria-label", "alt", "title", "placeholder", "aria-description"}
        self.texts.extend(value or "" for name, value in attrs if name in shown)


def said(html: str) -> Iterator[str]:
    parser = Said()
    parser.feed(html)
    yield from (text.strip() for text in parser.texts if re.search(r"[A-Za-z]{2,}", text))


def template_texts(folder: Path) -> Iterator[str]:
    for path in sorted((folder / "templates").glob("*.html")):
        tree = Environment(autoescape=True).parse(path.read_text("utf-8"))
        data = "".join(
            each.data if isinstance(each, nodes.TemplateData) else FILLED
            for output in tree.find_all(nodes.Output)
            for each in output.nodes
        )
        found = [piece for text in said(data) for piece in text.split(FILLED)]
        constants = [each.value for each in tree.find_all(nodes.Const)]
        found += [text for text in constants if isinstance(text, str) and HUMAN.search(text)]
        yield from (
            f"{path.name}: {text.strip()}" for text in found if text.strip(f"{FILLED} \n.,·")
        )


def scripts(folder: Path) -> Iterator[tuple[Path, str]]:
    """The scripts without their comments."""
    for path in sorted((folder / "static" / "js").glob("*.js")):
        yield (
            path,
            re.sub(r"^\s*//.*|\s// .*|/\*.*?\*/", "", path.read_text("utf-8"), flags=re.MULTILINE),
        )


def script_texts(folder: Path) -> Iterator[str]:
    for path, source in scripts(folder):
        for _, text in re.findall(r"""(["'`])((?:\\.|(?!\1).)*)\1""", source):
            plain = re.sub(r"\$\{[^}]*\}", "", text)
            found = list(said(plain)) if "<" in plain else [plain]
            yield from (
                f"{path.name}: {each}"
                for each in found
                if HUMAN.search(each) and each[0] not in "#.[" and each not in NAMES_OF_THE_BROWSER
            )


def module_texts(folder: Path) -> Iterator[str]:
    for path in sorted(folder.rglob("*.py")):
        if (TERMINAL | SCRIPT) & {path.name, path.parent.name}:
            continue
        for text in _strings(ast.parse(path.read_text("utf-8"))):
            reads_so = re.search(r"[A-Za-z]{2,} [a-z]{2,} |^[A-Z][a-z]+[^:]*[.!?…]$", text)
            if reads_so and text != QUESTION:  # what somebody in the demo's recordings says
                yield f"{path.name}: {text}"


def _strings(tree: ast.Module) -> Iterator[str]:
    """Every string but docstrings, with `{}` for what is filled in."""
    inside = {
        id(each)
        for node in ast.walk(tree)
        if isinstance(node, ast.Expr | ast.JoinedStr)
        for each in ast.iter_child_nodes(node)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr):
            parts = (each.value if isinstance(each, ast.Constant) else "{}" for each in node.values)
            yield "".join(map(str, parts))
        elif (
            isinstance(node, ast.Constant)
            and isinstance(node.value, str)
            and id(node) not in inside
        ):
            yield node.value
