"""The small mistakes that a mutation bench plants: where a source can be changed, and into what.

Each operator is a function from a node of the tree to spans of the text and what is put there,
so that all else, down to the comments, stays as it is. Left out: docstrings, log lines, type
annotations, `__all__`, decorators, imports, protocols, `assert` and `strict=` (they say what is
certain already), the words of sentences, and the schema, of which a released line never changes.
"""

import ast
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

Change = tuple[int, int, str]
"""From, to (bytes of the source), and what is put there."""

_TOKENS: dict[type[ast.AST], tuple[str, str, str]] = {
    ast.Lt: ("border", r"<", "<="),
    ast.LtE: ("border", r"<=", "<"),
    ast.Gt: ("border", r">", ">="),
    ast.GtE: ("border", r">=", ">"),
    ast.Eq: ("opposite", r"==", "!="),
    ast.NotEq: ("opposite", r"!=", "=="),
    ast.Is: ("opposite", r"\bis\b", "is not"),
    ast.IsNot: ("opposite", r"\bis\s+not\b", "is"),
    ast.In: ("opposite", r"\bin\b", "not in"),
    ast.NotIn: ("opposite", r"\bnot\s+in\b", "in"),
    ast.And: ("and, or", r"\band\b", "or"),
    ast.Or: ("and, or", r"\bor\b", "and"),
    ast.Add: ("arithmetic", r"\+", "-"),
    ast.Sub: ("arithmetic", r"-", "+"),
    ast.Mult: ("arithmetic", r"\*", "//"),
    ast.Div: ("arithmetic", r"/", "*"),
    ast.FloorDiv: ("arithmetic", r"//", "*"),
    ast.Mod: ("arithmetic", r"%", "//"),
    ast.Pow: ("arithmetic", r"\*\*", "*"),
    ast.LShift: ("arithmetic", r"<<", ">>"),
    ast.RShift: ("arithmetic", r">>", "<<"),
    ast.BitAnd: ("arithmetic", r"&", "|"),
    ast.BitOr: ("arithmetic", r"\|", "&"),
    ast.BitXor: ("arithmetic", r"\^", "|"),
}

_NAMES = {
    "min": "max", "max": "min", "any": "all", "all": "any", "sorted": "list", "reversed": "list",
    "minimum": "maximum", "maximum": "minimum", "argmin": "argmax", "argmax": "argmin",
    "startswith": "endswith", "removeprefix": "removesuffix", "ceil": "floor", "floor": "ceil",
}  # fmt: skip

_SQL = re.compile(r"\b(SELECT|FROM|WHERE|INSERT|DELETE|UPDATE|ORDER BY|IS NULL)\b|[<>=] \?")
_SQL_CHANGES = (
    (r"\bAND\b", "OR"),
    (r"(?<!INSERT )\bOR\b", "AND"),
    (r"\bINSERT OR \w+\b", "INSERT"),
    (r"\bIS NULL\b", "IS NOT NULL"),
    (r"\bIS NOT NULL\b", "IS NULL"),
    (r"\bNOT EXISTS\b", "EXISTS"),
    (r"\bDESC\b", "ASC"),
    (r"\bDISTINCT ", ""),
    (r"\bUNION ALL\b", "UNION"),
    (r" LIMIT \d", ""),
    (r"\bmax\(", "min("),
    (r"\bmin\(", "max("),
    (r"<=", "<"),
    (r"<(?!=)", "<="),
    (r">=", ">"),
    (r">(?!=)", ">="),
    (r"(?<= )=(?= )", "!="),
    (r"!=", "="),
)


@dataclass(frozen=True, slots=True, order=True)
class Mutation:
    """One change of a source: `put` in place of the bytes from `start` to `end`."""

    start: int
    end: int
    put: str
    operator: str

    def apply(self, source: str) -> str:
        raw = source.encode()
        return (raw[: self.start] + self.put.encode() + raw[self.end :]).decode()


class Source:
    """A text and its tree; positions are bytes from its beginning."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.raw = text.encode()
        self.tree = ast.parse(text)
        self._lines = [0]
        for line in self.raw.splitlines(keepends=True):
            self._lines.append(self._lines[-1] + len(line))

    def span(self, node: ast.AST) -> tuple[int, int]:
        place = (node.lineno, node.col_offset, node.end_lineno, node.end_col_offset)  # type: ignore[attr-defined]
        line, column, end_line, end_column = place
        return self._lines[line - 1] + column, self._lines[end_line - 1] + end_column

    def found(self, pattern: str, start: int, end: int) -> Iterator[tuple[int, int]]:
        for match in re.finditer(pattern.encode(), self.raw[start:end]):
            yield start + match.start(), start + match.end()


def mutations(text: str) -> list[Mutation]:
    """All that can be changed in a source, by place; what would not compile is left out."""
    source = Source(text)
    found = {
        Mutation(*change, _name(operator, node))
        for node in _walk(source.tree)
        for kind, operator in OPERATORS
        if isinstance(node, kind)
        for change in operator(source, node)
    }
    return [each for each in sorted(found) if _compiles(each.apply(text))]


def _name(operator: Callable[..., object], node: ast.AST) -> str:
    if isinstance(node, ast.Compare):
        return _TOKENS[type(node.ops[0])][0]
    return operator.__name__.strip("_").replace("_", " ")


def _compiles(text: str) -> bool:
    try:
        compile(text, "mutant", "exec")
    except (SyntaxError, ValueError):
        return False
    return True


def _walk(node: ast.AST) -> Iterator[ast.AST]:
    """Every node that may be changed, and whose parts may be."""
    if _is_left_out(node):
        return
    yield node
    if isinstance(node, ast.JoinedStr):
        return  # before Python 3.12 what is inside has no place of its own
    for name, value in ast.iter_fields(node):
        if name in {"annotation", "returns", "decorator_list", "bases", "type_params"}:
            continue
        for child in value if isinstance(value, list) else [value]:
            if isinstance(child, ast.AST):
                yield from _walk(child)


def _is_left_out(node: ast.AST) -> bool:
    match node:
        case ast.Assert() | ast.Import() | ast.ImportFrom() | ast.Expr(ast.Constant()):
            return True
        case ast.Expr(ast.Call(ast.Attribute(ast.Name(name)))):
            return name.strip("_").lower() in {"log", "logger"}
        case ast.Assign([ast.Name("__all__")]) | ast.If(ast.Name("TYPE_CHECKING")):
            return True
        case ast.keyword("strict") | ast.ClassDef(bases=[*_, ast.Name("Protocol")]):
            return True
        case ast.BinOp(op=ast.BitOr()):
            return all(_is_type(each) for each in (node.left, node.right))
    return False


def _is_type(node: ast.expr) -> bool:
    match node:
        case ast.Name(name) | ast.Subscript(ast.Name(name)):
            return name[0].isupper() or name in {"bool", "bytes", "float", "int", "str", "list"}
        case ast.Constant(None):
            return True
        case ast.BinOp(op=ast.BitOr()):
            return _is_type(node.left)
    return False


def _comparison(source: Source, node: ast.Compare) -> Iterator[Change]:
    sides = [node.left, *node.comparators]
    for before, operator, after in zip(sides, node.ops, sides[1:], strict=False):
        yield from _other_token(source, before, operator, after)


def _and_or(source: Source, node: ast.BoolOp) -> Iterator[Change]:
    for before, after in zip(node.values, node.values[1:], strict=False):
        yield from _other_token(source, before, node.op, after)


def _arithmetic(source: Source, node: ast.BinOp | ast.AugAssign) -> Iterator[Change]:
    match node:
        case ast.BinOp() if any(map(_is_text, (node.left, node.right))):
            return  # a path, or a text put together
        case ast.BinOp():
            yield from _other_token(source, node.left, node.op, node.right)
        case ast.AugAssign():
            yield from _other_token(source, node.target, node.op, node.value)


def _other_token(
    source: Source, before: ast.expr, operator: ast.AST, after: ast.expr
) -> Iterator[Change]:
    if type(operator) in _TOKENS:
        _, pattern, other = _TOKENS[type(operator)]
        between = source.span(before)[1], source.span(after)[0]
        for start, end in list(source.found(pattern, *between))[:1]:
            yield start, end, other


def _sign_or_not_left_out(source: Source, node: ast.UnaryOp) -> Iterator[Change]:
    yield source.span(node)[0], source.span(node.operand)[0], ""


def _number(source: Source, node: ast.Constant) -> Iterator[Change]:
    if isinstance(node.value, int | float) and not isinstance(node.value, bool):
        yield *source.span(node), repr(node.value + 1)


def _true_or_false(source: Source, node: ast.Constant) -> Iterator[Change]:
    if isinstance(node.value, bool):
        yield *source.span(node), repr(not node.value)


def _condition(
    source: Source, node: ast.If | ast.While | ast.IfExp | ast.comprehension | ast.match_case
) -> Iterator[Change]:
    """Never so, or always."""
    tests: list[ast.expr] = []
    match node:
        case ast.comprehension():
            tests = node.ifs
        case ast.match_case(guard=ast.expr() as guard):
            tests = [guard]
        case ast.match_case():
            end = source.span(node.pattern)[1]
            yield end, end, " if False"
        case ast.If() | ast.While() | ast.IfExp():
            tests = [node.test]
    for test in tests:
        start, end = source.span(test)
        whole = source.raw[start:end].decode()
        yield start, end, f"(({whole}) and False)"
        if not isinstance(node, ast.While):
            yield start, end, f"(({whole}) or True)"


def _other_function(source: Source, node: ast.Call) -> Iterator[Change]:
    match node.func:
        case ast.Name("sorted") if node.keywords:
            return
        case ast.Name(name) | ast.Attribute(attr=name) if name in _NAMES:
            end = source.span(node.func)[1]
            yield end - len(name), end, _NAMES[name]


def _argument_left_out(source: Source, node: ast.Call) -> Iterator[Change]:
    """An argument with a name, so that its default counts; not the words of a sentence."""
    ends = [0, *(source.span(each)[1] for each in (*node.args, *node.keywords))]
    for each in node.keywords:
        if each.arg in {None, "advice", "strict"} or _is_text(each.value):
            continue
        start, end = source.span(each)
        before = max(at for at in ends if at < start)
        first = before < source.span(node.func)[1]
        yield (start if first else before), end, ""


def _is_text(node: ast.expr) -> bool:
    match node:
        case ast.JoinedStr() | ast.Constant(str()):
            return True
    return False


def _statement_left_out(source: Source, node: ast.stmt) -> Iterator[Change]:
    match node:
        case ast.Expr(ast.Call() | ast.Await()):
            pass
        case ast.Raise() | ast.AugAssign() | ast.Break() | ast.Continue() | ast.Delete():
            pass
        case ast.Assign([ast.Attribute() | ast.Subscript()]):
            pass
        case ast.Assign() if _names(node.targets, ast.Store) & _names([node.value], ast.Load):
            pass
        case _:
            return
    yield *source.span(node), "pass"


def _names(nodes: list[ast.expr], context: type[ast.expr_context]) -> set[str]:
    return {
        each.id
        for node in nodes
        for each in ast.walk(node)
        if isinstance(each, ast.Name) and isinstance(each.ctx, context)
    }


def _with_left_out(source: Source, node: ast.With | ast.AsyncWith) -> Iterator[Change]:
    if all(each.optional_vars is None for each in node.items):
        yield source.span(node)[0], source.span(node.items[-1].context_expr)[1], "if True"


def _not_caught(source: Source, node: ast.ExceptHandler) -> Iterator[Change]:
    yield source.span(node.body[0])[0], source.span(node.body[-1])[1], "raise"


def _query(source: Source, node: ast.Constant | ast.JoinedStr) -> Iterator[Change]:
    """Within SQL."""
    start, end = source.span(node)
    text = source.raw[start:end].decode()
    if _is_text(node) and _SQL.search(text) and not re.search(r"\bCREATE\b", text):
        for pattern, other in _SQL_CHANGES:
            for at, until in source.found(pattern, start, end):
                yield at, until, other


_CONDITIONS = (ast.If, ast.While, ast.IfExp, ast.comprehension, ast.match_case)
OPERATORS: tuple[tuple[type | tuple[type, ...], Callable[..., Iterator[Change]]], ...] = (
    (ast.Compare, _comparison),
    (ast.BoolOp, _and_or),
    ((ast.BinOp, ast.AugAssign), _arithmetic),
    (ast.UnaryOp, _sign_or_not_left_out),
    (ast.Constant, _number),
    (ast.Constant, _true_or_false),
    (_CONDITIONS, _condition),
    (ast.Call, _other_function),
    (ast.Call, _argument_left_out),
    (ast.stmt, _statement_left_out),
    ((ast.With, ast.AsyncWith), _with_left_out),
    (ast.ExceptHandler, _not_caught),
    ((ast.Constant, ast.JoinedStr), _query),
)
"""Which nodes each operator looks at. The name of its function is its name in the report."""
