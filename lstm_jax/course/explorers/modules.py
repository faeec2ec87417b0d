"""The scripts of the explorers as one ES module, the form in which the page takes them.

The files in `js/` are plain ES modules, so that node, TypeScript and eslint read them as they are.
anywidget takes one text, and users have no build step: the files are joined here, when the first
explorer is made. All files then share one scope, and that is why some forms of `import` and
`export` are refused: they would break later, in the browser.
"""

import re
import textwrap
from functools import cache
from pathlib import Path
from typing import NoReturn

SOURCES = Path(__file__).parent / "js"
STYLE = SOURCES / "explorer.css"

_IMPORT = re.compile(
    r'^import \{(?P<names>(?:\s*[\w$]+\s*,)*\s*(?:[\w$]+\s*)?)\} from "\./(?P<file>[\w-]+\.js)";\n',
    re.MULTILINE,
)
_EXPORT = re.compile(r"^export (?=(?:async function|function|class|const|let)\b)", re.MULTILINE)
# Comments, strings and templates: what stands in them is not code.
_QUIET = re.compile(
    r"""//[^\n]*|/\*.*?\*/|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|`(?:\\.|[^`\\])*`""", re.DOTALL
)
_WORD = re.compile(r"(?<![\w$.])(?:import|export)(?![\w$])")
# Statements at the top of a file start at the left edge.
_DECLARATION = re.compile(
    r"^(?P<export>export )?(?:default )?(?:async function|function|class|const|let|var)\b\*?\s*"
    r"(?P<name>[\w$]*)",
    re.MULTILINE,
)
_FIXES = {
    "import": (
        'write import { name, other } from "./file.js"; at the left edge, with each name as its '
        "own file calls it"
    ),
    "export": (
        "write export before the declaration, as in export function name() or "
        "export const name = …, and import the name from the file that declares it"
    ),
}


@cache
def module(entry: str) -> str:
    """The file `entry` of `js/` and all that it imports, joined once."""
    return join_modules(SOURCES / entry)


def join_modules(entry: Path) -> str:
    """`entry` and all that it imports as one ES module.

    The files stand in import order without their `import` lines and the word `export`. Only
    `export default` in `entry` stays.

    Raises:
        ValueError: a file has an `import` or `export` that cannot be joined, imports a name that
            is not exported, imports itself by way of others, or declares at its top a name that
            another file declares too. The error names the file, the line and the fix.
    """
    texts: list[str] = []
    exported: dict[str, set[str]] = {}  # by file
    declared: dict[str, str] = {}  # name: file

    def add(file: str, importers: tuple[str, ...]) -> None:
        text = (entry.parent / file).read_text(encoding="utf-8")
        code = _QUIET.sub(_blank, text)

        def refuse(at: int, why: str) -> NoReturn:
            line = text.count("\n", 0, at) + 1
            got = textwrap.shorten(text[at:].partition(";")[0], 80)
            raise ValueError(f"join_modules: {file}, line {line}: got `{got}`, {why}")

        for word in _WORD.finditer(code):
            at = word.start()
            if wanted := _IMPORT.match(text, at):
                source = wanted["file"]
                if source in (*importers, file):
                    circle = " → ".join((*importers, file, source))
                    refuse(at, f"a circle ({circle}); move what both need to a file of its own")
                if source not in exported:
                    add(source, (*importers, file))
                for name in re.findall(r"[\w$]+", wanted["names"]):
                    if name not in exported[source]:
                        refuse(at, f"{source} exports no {name!r}; write export before it there")
            elif code.startswith("export default ", at):
                if file != entry.name:
                    refuse(at, f"only {entry.name} may have a default; {_FIXES['export']}")
            elif not _EXPORT.match(text, at):
                refuse(at, f"which cannot be joined; {_FIXES[word[0]]}")
        exported[file] = set()
        for found in _DECLARATION.finditer(code):
            name = found["name"]
            if not name:
                refuse(found.start(), "which declares no name or several; declare one at a time")
            if name in declared:
                refuse(
                    found.start(),
                    f"but all files share one scope and {declared[name]} declares {name!r} too; "
                    "give one of them another name",
                )
            declared[name] = file
            if found["export"]:
                exported[file].add(name)
        texts.append(_EXPORT.sub("", _IMPORT.sub("", text)))

    add(entry.name, ())
    return "\n".join(texts)


def _blank(quiet: re.Match[str]) -> str:
    """Spaces in its place, so that what follows keeps its line."""
    return "\n".join(" " * len(line) for line in quiet[0].split("\n"))
