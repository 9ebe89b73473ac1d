"""The catalogue of each language: what is marked, what still lacks a translation, and the compiled file.

usage: python scripts/translations.py extract [--out FILE]     every marked text, as a template
       python scripts/translations.py missing LANGUAGE         what lacks a translation, by room, as entries to fill
       python scripts/translations.py compile                  LC_MESSAGES/biosetu.mo of every language

Parts are `src/biosetu/locale/<language>/parts/<room>.po`. Without a compiled file BioSetu reads the parts themselves.
"""

from __future__ import annotations

import argparse
import ast
import sys
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import IO

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

from biosetu import translation

SOURCE = Path(translation.__file__).parent


def python_texts(
    stream: IO[bytes], keywords: Collection[str], _tags: Collection[str], **_options: Mapping[str, object]
) -> Iterator[tuple[int, str, str | tuple[str, ...], list[str]]]:
    """Yield the texts marked in a Python file: whole literals only, so that `_(NAMES["key"])` marks nothing.

    The texts of problems are marked by where they stand (`problem_texts`), without `N_`.
    """
    module = ast.parse(stream.read())
    for text in problem_texts(module):
        if isinstance(text, ast.Constant) and isinstance(text.value, str) and text.value:
            yield text.lineno, "say", text.value, []
    for node in ast.walk(module):
        if not isinstance(node, ast.Call):
            continue
        name = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
        wanted = 2 if name == "ngettext" else 1
        texts = [
            arg.value for arg in node.args[:wanted] if isinstance(arg, ast.Constant) and isinstance(arg.value, str)
        ]
        if name in keywords and len(texts) == wanted and texts[0]:
            yield node.lineno, name, texts[0] if wanted == 1 else tuple(texts), []


def problem_texts(module: ast.Module) -> Iterator[ast.expr]:
    """Yield what stands as a text of a problem in a module: given at once, by a name, or through its own functions."""
    functions = [node for node in ast.walk(module) if isinstance(node, ast.FunctionDef)]
    handing = dict(TEXTS)
    for _ in functions:
        before = dict(handing)
        for function in functions:
            names = {
                text.id for call in _calls(function) for text in _given(call, handing) if isinstance(text, ast.Name)
            }
            taken = tuple(name if name in names else "" for name in _parameters(function))
            if any(taken) and function.name not in TEXTS:
                handing[function.name] = taken
        if handing == before:
            break
    for function in functions:
        for call in _calls(function):
            for text in _given(call, handing):
                yield from _written(text, function)


def _calls(function: ast.FunctionDef) -> Iterator[ast.Call]:
    return (node for node in ast.walk(function) if isinstance(node, ast.Call))


def _parameters(function: ast.FunctionDef) -> list[str]:
    names = [each.arg for each in (*function.args.posonlyargs, *function.args.args, *function.args.kwonlyargs)]
    return names[1:] if names[:1] == ["self"] else names


def _given(call: ast.Call, handing: Mapping[str, tuple[str, ...]]) -> Iterator[ast.expr]:
    name = call.func.id if isinstance(call.func, ast.Name) else getattr(call.func, "attr", "")
    if name in TEXTS and not isinstance(call.func, ast.Name):
        return
    names = handing.get(name, ())
    yield from (text for text, wanted in zip(call.args, names, strict=False) if wanted)
    yield from (keyword.value for keyword in call.keywords if keyword.arg and keyword.arg in names)


def _written(text: ast.expr, function: ast.FunctionDef, depth: int = 3) -> Iterator[ast.expr]:
    """Yield a text as it is written: both sides of a choice, and what its name was given in the function."""
    if isinstance(text, ast.IfExp):
        yield from (each for side in (text.body, text.orelse) for each in _written(side, function, depth))
    elif isinstance(text, ast.BoolOp):
        yield from (each for side in text.values for each in _written(side, function, depth))
    elif isinstance(text, ast.Subscript):
        yield from _written(text.value, function, depth)
    elif isinstance(text, ast.Name) and depth:
        named = (value for node in ast.walk(function) for value in _assigned(node, text.id))
        yield from (each for value in named for each in _written(value, function, depth - 1))
    else:
        yield text


def _assigned(node: ast.AST, name: str) -> Iterator[ast.expr]:
    targets = node.targets if isinstance(node, ast.Assign) else [node.target] if isinstance(node, ast.AnnAssign) else []
    value = getattr(node, "value", None)
    for target in targets:
        together = isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple)
        pairs = zip(target.elts, value.elts, strict=False) if together else [(target, value)]
        yield from (one for place, one in pairs if one is not None and isinstance(place, ast.Name) and place.id == name)


# what makes a problem, and the place of its texts among what it is given
TEXTS: Mapping[str, tuple[str, ...]] = {
    "Problem": ("message", "remedy"),
    "UsageError": ("message",),
    "ServiceError": ("message",),
    "undecodable": ("", "", "message", "remedy"),
    "damaged": ("", "message"),
}
METHODS = [("**.py", python_texts), ("**/templates/**.j2", "jinja2"), ("**/jinja2/**.*", "jinja2")]
OPTIONS = {"jinja2": {"newstyle_gettext": "true", "silent": "false"}}
KEYWORDS = {"_": None, "N_": None, "gettext": None, "ngettext": (1, 2), "lazy_text": None, "say": None}


def marked() -> Catalog:
    """Return every marked text of the source, with the files it stands in."""
    catalog = Catalog(project="BioSetu", domain=translation.DOMAIN, charset="utf-8")
    options = {pattern: OPTIONS.get(str(method), {}) for pattern, method in METHODS}
    found = extract_from_dir(SOURCE, METHODS, options, KEYWORDS, comment_tags=("Translators:",))
    for name, line, message, comments, context in found:
        catalog.add(message, None, [(name, line)], auto_comments=comments, context=context)
    return catalog


def room(message: Message) -> str:
    """Return the room that a text belongs to: that of the file in which it stands first."""
    first = Path(message.locations[0][0])
    return first.parts[0] if len(first.parts) > 1 else first.stem


def translated(language: str) -> Catalog:
    """Return the entries of all parts of a language."""
    whole = Catalog(locale=language)
    for path in translation.parts(language):
        with path.open("rb") as stream:
            for message in read_po(stream, locale=language):
                if message.id and message.string and not whole.get(message.id, message.context):
                    whole[message.id] = message
    return whole


def missing(language: str) -> Iterator[Message]:
    """Yield the marked texts without a full translation."""
    known = translated(language)
    for message in marked():
        if message.id:
            entry = known.get(message.id, message.context)
            if entry is None or not entry.string or (message.pluralizable and not all(entry.string)):
                yield message


def _extract(out: Path | None) -> None:
    if out:
        with out.open("wb") as stream:
            write_po(stream, marked(), width=110)
    else:
        write_po(sys.stdout.buffer, marked(), width=110)


def _missing(language: str) -> int:
    by_room: dict[str, Catalog] = {}
    for message in missing(language):
        catalog = by_room.setdefault(room(message), Catalog(locale=language))
        catalog.add(message.id, None, message.locations, context=message.context)
    for name in sorted(by_room):
        sys.stdout.write(f"\n# {name}: {len(by_room[name])} texts\n")
        sys.stdout.flush()
        write_po(sys.stdout.buffer, by_room[name], width=110, omit_header=True)
        sys.stdout.buffer.flush()
    return 1 if by_room else 0


def _compile() -> None:
    for language in translation.LANGUAGES:
        if translation.parts(language):
            target = translation.compiled(language)
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(translation.compile_parts(language))


def main() -> int:
    """Run one of the three commands."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("extract").add_argument("--out", type=Path)
    commands.add_parser("missing").add_argument("language")
    commands.add_parser("compile")
    given = parser.parse_args()
    if given.command == "extract":
        _extract(given.out)
    elif given.command == "missing":
        return _missing(given.language)
    else:
        _compile()
    return 0


if __name__ == "__main__":
    sys.exit(main())
