"""Every value that rooms hand to one another has its word in docs/glossary.md."""

import ast
from pathlib import Path

TREE = Path(__file__).parent.parent
SHARED = (
    "core/*.py",
    "pipeline/spool/spool.py",
    "pipeline/store/*.py",
    "pipeline/store/views/*.py",
)
NOT_WORDS = {
    "Command": "the command line's own",
    "Described": "how the documents tell a setting",
    "Problem": "one mistake in the settings file",
    "Rule": "what a setting must keep to",
    "Report": "what `check` counted",
    "FakeClock": "a fake",
    "Row": "a line of the kernel's table of connections",
}
"""Values that stay within one file's business, and why they need no word."""


def is_value(node: ast.stmt) -> bool:
    if not isinstance(node, ast.ClassDef) or node.name.startswith("_"):
        return False
    return any("dataclass" in ast.unparse(each) for each in node.decorator_list)


def test_every_shared_value_is_in_the_glossary() -> None:
    glossary = (TREE / "docs" / "glossary.md").read_text(encoding="utf-8")
    values = {
        node.name
        for pattern in SHARED
        for path in TREE.glob(pattern)
        for node in ast.parse(path.read_text(encoding="utf-8")).body
        if is_value(node) and isinstance(node, ast.ClassDef) and not node.name.endswith("Settings")
    }

    assert values, "no values found: has the house moved?"
    assert {name for name in values - NOT_WORDS.keys() if f"`{name}`" not in glossary} == set()
