"""The joiner of the explorers' scripts: what it makes, and what it refuses."""

import re
from pathlib import Path

import pytest

from lstm_jax.course.explorers.modules import SOURCES, join_modules, module

B = "export const b = 1;\n"


def write(folder: Path, **files: str) -> Path:
    """Files by name, without their ending; the entry is `a`."""
    for name, text in files.items():
        (folder / f"{name}.js").write_text(text, encoding="utf-8")
    return folder / "a.js"


def test_files_are_joined_in_import_order(tmp_path: Path) -> None:
    entry = write(
        tmp_path,
        c="export const c = 1;\n",
        b='import { c } from "./c.js";\nexport function b() {\n  return c;\n}\n',
        a='import {\n  b,\n} from "./b.js";\nimport { c } from "./c.js";\nexport default b(c);\n',
    )
    joined = "const c = 1;\n\nfunction b() {\n  return c;\n}\n\nexport default b(c);\n"
    assert join_modules(entry) == joined


def test_every_file_is_joined() -> None:
    declares = re.compile(r"^export (?:function|const) (\w+)", re.MULTILINE)
    for path in SOURCES.glob("*.js"):
        entry = "page.js" if path.name == "page.js" else "widget.js"
        for name in declares.findall(path.read_text(encoding="utf-8")):
            assert re.search(rf"^(function|const) {name}\b", module(entry), re.MULTILINE)


@pytest.mark.parametrize(
    "line",
    [
        '/** @type {import("./b.js").Thing} */',
        '// import * as all from "./b.js" is what we cannot do',
        "const words = \"import * as all\" + 'export {' + `\nexport { words };\n`;",
        "const importance = 1;",
        "const at = import_ + of.export;",
    ],
)
def test_words_that_are_no_statements_are_left_alone(line: str, tmp_path: Path) -> None:
    assert join_modules(write(tmp_path, a=line)) == line


@pytest.mark.parametrize(
    "statement",
    [
        'import { b as walk } from "./b.js";',
        'import * as b from "./b.js";',
        'import b from "./b.js";',
        'import b, { c } from "./b.js";',
        'import "./b.js";',
        'import { b } from "./b.js" with { type: "json" };',
        'import { b } from "elsewhere";',
        'import { b } from "../b.js";',
        "import { b } from './b.js';",
        '  import { b } from "./b.js";',
        'const { b } = await import("./b.js");',
        "const here = import.meta.url;",
        "export { one };",
        'export { b } from "./b.js";',
        'export * from "./b.js";',
        'export * as all from "./b.js";',
        "export var late = 2;",
    ],
)
def test_other_forms_are_refused(statement: str, tmp_path: Path) -> None:
    entry = write(tmp_path, a=f"// A file.\nconst one = 1;\n{statement}\n", b=B)
    word = "import" if "import" in statement else "export"
    fix = "write import {" if word == "import" else "write export before"
    with pytest.raises(ValueError, match=rf"^join_modules: a\.js, line 3: got `{word}.*{fix}"):
        join_modules(entry)


def test_a_default_stands_in_the_entry_alone(tmp_path: Path) -> None:
    entry = write(tmp_path, a='import { b } from "./b.js";\n', b=f"{B}export default b;\n")
    with pytest.raises(
        ValueError, match=r"b\.js, line 2: got `export default b`, only a\.js .* write export"
    ):
        join_modules(entry)


@pytest.mark.parametrize(
    "declaration",
    [
        "const b = 2;",
        "let b;",
        "class b {}",
        "function b() {}",
        "function* b() {}",
        "export async function b() {}",
    ],
)
def test_two_files_may_not_declare_one_name(declaration: str, tmp_path: Path) -> None:
    entry = write(tmp_path, a=f'import {{ c }} from "./c.js";\n\n{declaration}\n', c=f"{B}{C}")
    with pytest.raises(
        ValueError, match=r"a\.js, line 3: .* c\.js declares 'b' too; give one .* another name"
    ):
        join_modules(entry)


C = "export function c() {\n  const inside = 1;\n  return inside;\n}\n"


def test_a_name_inside_a_function_is_its_own(tmp_path: Path) -> None:
    entry = write(tmp_path, a='import { c } from "./c.js";\nconst inside = c();\n', c=C)
    assert join_modules(entry).endswith("const inside = c();\n")


@pytest.mark.parametrize("declaration", ["const { x, y } = c();", "let [x, y] = c();"])
def test_names_at_the_top_are_declared_one_at_a_time(declaration: str, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"a\.js, line 1: .* declare one at a time"):
        join_modules(write(tmp_path, a=declaration))


@pytest.mark.parametrize("text", ["const b = 1;\n", "export const other = 1;\n"])
def test_what_is_imported_must_be_exported(text: str, tmp_path: Path) -> None:
    entry = write(tmp_path, a='import { b } from "./b.js";\n', b=text)
    with pytest.raises(ValueError, match=r"a\.js, line 1: .* b\.js exports no 'b'; write export"):
        join_modules(entry)


def test_a_circle_is_refused(tmp_path: Path) -> None:
    entry = write(
        tmp_path,
        a='import { b } from "./b.js";\nexport const a = b;\n',
        b='import { a } from "./a.js";\nexport const b = a;\n',
    )
    with pytest.raises(ValueError, match=r"b\.js, line 1: .*\(a\.js → b\.js → a\.js\); move"):
        join_modules(entry)
