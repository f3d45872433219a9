"""The page's modules as one script: one request, and one file to keep. Pure.

What a module keeps to itself stays its own: each becomes a function that is called once, after
those that it imports from. Its lines stay as they were written, but for those that are comments,
which are a fifth of what is sent.
"""

import re
from collections.abc import Mapping
from graphlib import TopologicalSorter

IMPORT = re.compile(r'^import \{([^}]*)\} from "\./(\w+)\.js";$', re.MULTILINE)
COMMENT = re.compile(r"^(?: *//.*|/\*.*\*/|)\n", re.MULTILINE)
"""A line with nothing else in it; an empty one, too."""
EXPORT = re.compile(r"^export ((?:const|class|let|(?:async )?function) (\w+))", re.MULTILINE)


def bundled(modules: Mapping[str, str]) -> str:
    """One script that does what these modules do together; they come by name, without `.js`.

    It exports each of them, under its name with a `$` before it. Raises graphlib.CycleError
    where they import one another in a circle, and KeyError where one is missing.
    """
    arrows = {
        name: sorted({each for _, each in IMPORT.findall(modules[name])})
        for name in sorted(modules)  # one order, so that its address stays
    }
    order = TopologicalSorter(arrows).static_order()
    return "".join(_as_function(name, modules[name]) for name in order)


def _as_function(name: str, text: str) -> str:
    given = ", ".join(found for _, found in EXPORT.findall(text))
    text = EXPORT.sub(r"\1", IMPORT.sub(r"const {\1} = $\2;", COMMENT.sub("", text)))
    return f"export const ${name} = (() => {{\n{text}return {{ {given} }};\n}})();\n"
