"""What the source writes on record: verbs, kinds of records and fields, read from the calls themselves."""

import ast
from collections.abc import Iterator
from pathlib import Path

import biosetu.centre

CENTRE = Path(biosetu.centre.__file__).parent
WRITERS = frozenset({"record", "audit", "_audit", "_audit_form", "_record", "note"})
PAIR = frozenset({"from", "to"})


def functions() -> Iterator[ast.FunctionDef]:
    for path in sorted(CENTRE.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef):
                yield node


def calls(function: ast.FunctionDef) -> Iterator[ast.Call]:
    for node in ast.walk(function):
        if isinstance(node, ast.Call):
            name = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
            if name in WRITERS:
                yield node


def literals(node: ast.expr | None) -> set[str]:
    """The texts that an expression may be: a literal, or either side of a condition."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return {node.value}
    return literals(node.body) | literals(node.orelse) if isinstance(node, ast.IfExp) else set()


def verbs() -> set[str]:
    found: set[str] = set()
    for function in functions():
        assigned = {
            target.id: one.value
            for one in ast.walk(function)
            if isinstance(one, ast.Assign)
            for target in one.targets
            if isinstance(target, ast.Name)
        }
        for call in calls(function):
            named = next((one.value for one in call.keywords if one.arg == "verb"), None)
            asked = [named] if named is not None else call.args[1:4]
            said = [literals(assigned.get(one.id, one) if isinstance(one, ast.Name) else one) for one in asked]
            found |= next(filter(None, said), set())
    return found - {""}


def kinds() -> set[str]:
    return {
        text
        for function in functions()
        for call in calls(function)
        for one in call.keywords
        if one.arg == "record"
        for text in literals(one.value)
    }


def fields() -> set[str]:
    """The keys of what is written as changes or personal values, where they stand as literals."""
    found: set[str] = set()
    for function in functions():
        told = {
            target.id: one.value
            for one in ast.walk(function)
            if isinstance(one, ast.Assign | ast.AnnAssign)
            for target in (one.targets if isinstance(one, ast.Assign) else [one.target])
            if isinstance(target, ast.Name)
        }
        for call in calls(function):
            given = [one.value for one in call.keywords if one.arg in {"changes", "personal"}] + call.args
            for one in given:
                known = told.get(one.id) if isinstance(one, ast.Name) else one
                for part in ast.walk(known) if known is not None else ():
                    if isinstance(part, ast.Dict):
                        found |= {text for key in part.keys for text in literals(key)}
    return found - PAIR
