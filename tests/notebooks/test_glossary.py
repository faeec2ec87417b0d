"""Every term of the lessons is in the glossary, and the lessons lead to it."""

import re
from collections.abc import Callable
from pathlib import Path

import build
import course
import glossary
import nbformat
import pytest
from glossary import Entry
from nbformat import NotebookNode

WriteSource = Callable[..., Path]

PAGE = build.NOTEBOOKS / "glossary.md"
TEXT = PAGE.read_text(encoding="utf-8")
TERMS = glossary.read(TEXT)
STATE = Entry("cell state", ("inner memory",), "The memory of an LSTM.")
LINKED = '(glossary.md#cell-state "The memory of an LSTM.")'


@pytest.fixture(scope="module")
def lessons() -> dict[str, list[NotebookNode]]:
    return {path.name: read(path) for path in sorted(build.NOTEBOOKS.glob("[0-9][0-9]_*.ipynb"))}


def read(path: Path) -> list[NotebookNode]:
    return nbformat.read(path, as_version=4).cells


def markdown(*texts: str) -> list[NotebookNode]:
    return [nbformat.v4.new_markdown_cell(text) for text in texts]


def missing(lessons: dict[str, list[NotebookNode]], terms: list[Entry]) -> dict[str, list[str]]:
    found = {name: glossary.without_entry(cells, terms) for name, cells in lessons.items()}
    return {name: words for name, words in found.items() if words}


def linked(text: str, *terms: Entry) -> str:
    cells = markdown(text)
    glossary.link(cells, terms or [STATE])
    return cells[0].source


def test_all_that_is_bold_in_a_lesson_has_an_entry_or_orders_the_page(
    lessons: dict[str, list[NotebookNode]],
) -> None:
    advice = "Write an entry in notebooks/glossary.md, or *stress* a word with a single star."
    assert missing(lessons, TERMS) == {}, advice


@pytest.mark.parametrize("term", ["forget gate", "Jacobian", "teacher forcing", "xLSTM"])
def test_a_term_without_an_entry_is_found(
    lessons: dict[str, list[NotebookNode]], term: str
) -> None:
    without = [entry for entry in TERMS if entry.term != term]
    assert len(without) == len(TERMS) - 1
    assert {term} == {words for found in missing(lessons, without).values() for words in found}


def test_each_entry_is_used_and_names_the_lesson_where_its_term_first_stands(
    lessons: dict[str, list[NotebookNode]],
) -> None:
    first = glossary.first_lessons(lessons, TERMS)
    unused = [entry.term for entry in TERMS if entry.term not in first]
    assert unused == [], "no lesson has these words: take the entry out of notebooks/glossary.md"
    assert glossary.write(TEXT, first) == TEXT, "run `make notebooks`"
    for part, entry in zip(glossary.split(TEXT)[1:], TERMS, strict=True):
        (lesson,) = re.findall(r"\[Lesson (\d\d)\]\((\1_\w+\.ipynb)\)", part)
        assert lesson[1] == first[entry.term]
        assert lesson[1] in lessons


def test_an_entry_that_no_lesson_uses_is_found(lessons: dict[str, list[NotebookNode]]) -> None:
    odd = Entry("magnetic flux", (), "It is in no lesson.")
    assert odd.term not in glossary.first_lessons(lessons, [*TERMS, odd])


def test_the_entries_stand_in_alphabetical_order() -> None:
    names = [entry.term.lower() for entry in TERMS]
    assert names == sorted(names)


def test_no_two_entries_have_the_same_words() -> None:
    assert sum(len(entry.words) for entry in TERMS) == len(glossary.by_words(TERMS))


@pytest.mark.parametrize("entry", TERMS, ids=lambda entry: entry.term)
def test_a_sentence_is_plain_and_an_anchor_is_the_same_everywhere(entry: Entry) -> None:
    assert re.fullmatch(r"[A-Za-z0-9]+([ -][A-Za-z0-9]+)*", entry.term)
    assert re.fullmatch(r"[A-Z0-9][^\"$*`|<>\[\]\\]+\.", entry.sentence)
    assert not re.search(r"[.?!] [A-Z]", entry.sentence), "one sentence"


@pytest.mark.parametrize("folder", ["", "solutions"])
def test_each_link_leads_to_a_heading_that_is_there(folder: str) -> None:
    anchors = {line[4:].replace(" ", "-") for line in TEXT.splitlines() if line.startswith("### ")}
    for path in sorted((build.NOTEBOOKS / folder).glob("*.ipynb")):
        found = [target for cell in read(path) for target in targets(cell.source)]
        assert len(found) == len(set(found)), "only the first use of a term is a link"
        for file, anchor in found:
            assert (path.parent / file).resolve() == PAGE
            assert anchor in anchors
    assert set(re.findall(r"^\[\w\]\(#(.+?)\) ", TEXT, re.MULTILINE)) <= anchors


def targets(source: str) -> list[tuple[str, str]]:
    return re.findall(r"\]\(([^)\s]*glossary\.md)#([^)\s]+)", source)


def test_lessons_lead_to_most_entries(lessons: dict[str, list[NotebookNode]]) -> None:
    cells = (cell for cells in lessons.values() for cell in cells)
    anchors = {anchor for cell in cells for _, anchor in targets(cell.source)}
    assert len(anchors) > 0.7 * len(TERMS)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("The **cell state** is here.", f"The [**cell state**]{LINKED} is here."),
        ("Two **Cell\nstates**.", f"Two [**Cell\nstates**]{LINKED}."),
        ("- **Inner memories.** All.", f"- [**Inner memories.**]{LINKED} All."),
        ("**cell state** **cell state**", f"[**cell state**]{LINKED} **cell state**"),
        ("> **Predict.** Is a **cell state** it?", "> **Predict.** Is a **cell state** it?"),
        ("## A **cell state**", "## A **cell state**"),
        ("`2 **cell state** 3`", "`2 **cell state** 3`"),
        ("a **cell** state", "a **cell** state"),
    ],
)
def test_the_first_bold_use_is_a_link(before: str, after: str) -> None:
    assert linked(before) == after


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("**Notice** that it is.", []),
        ("It is.\n\n**You will be able to**\n\n- **Run** it", []),
        ("Text\n- **carried**: it goes on", []),
        ("| `B` | **many**: sequences |", []),
        ("So. **Why?** Because. **The rule.** One", []),
        ("It is not **last** of all.", []),
        ("A **magnetic flux** is new.", ["magnetic flux"]),
        ("It is\n**Flux** there.", ["Flux"]),
        ("- **flux** begins small", ["flux"]),
    ],
)
def test_what_orders_a_page_is_no_term(text: str, words: list[str]) -> None:
    assert glossary.without_entry(markdown(text), [STATE]) == words


def test_few_words_of_stress_are_excused() -> None:
    assert len(glossary.STRESSED) <= 10


def test_links_change_no_cell_id_and_no_minute(write_source: WriteSource) -> None:
    cells = (
        "# %% [markdown]\n# ## 1. One\n# The **cell state**.\n\n"
        '# %% [markdown] tags=["instructor"]\n# The **cell state**.\n'
    )
    source = write_source(cells)
    plain, lesson = build.build(source), build.build(source, [STATE])
    for before, after, folder in (
        (plain.student, lesson.student, ""),
        (plain.solved, lesson.solved, "../"),
    ):
        escaped = LINKED.replace("(", f"({folder}").replace('"', r"\"")
        assert after.count(escaped) == 1
        assert after.replace(f"[**cell state**]{escaped}", "**cell state**") == before


def test_the_build_writes_the_lesson_and_the_letters(
    write_source: WriteSource, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_source("# %% [markdown]\n# The **cell state**, a **flux**, and plain sums.\n")
    page = tmp_path / "glossary.md"
    page.write_text(
        "# Glossary\n\nWords.\n\n"
        "### cell state\n\nA memory.\n\nSymbol: $c$\n\n### sum\n\nA total.\n"
    )
    assert build.main([], tmp_path) == 0
    assert page.read_text() == (
        "# Glossary\n\nWords.\n\n[C](#cell-state) · [S](#sum)\n\n"
        "### cell state\n\nA memory.\n\nSymbol: $c$ · [Lesson 01](01_adding.ipynb)\n\n"
        "### sum\n\nA total.\n\n[Lesson 01](01_adding.ipynb)\n"
    )
    assert "01_adding: bold, and not in glossary.md: flux." in capsys.readouterr().out
    assert build.main(["--check"], tmp_path) == 0
    page.write_text(page.read_text().replace("Lesson 01", "Lesson 07"))
    assert build.main(["--check"], tmp_path) == 1


def test_a_lesson_that_is_handed_out_has_the_glossary_beside_it(tmp_path: Path) -> None:
    lesson = build.NOTEBOOKS / "solutions" / "03_forget_gate.ipynb"
    course.make_course(tmp_path, [lesson])
    folder = tmp_path / "source" / lesson.stem
    found = [target for cell in read(folder / lesson.name) for target in targets(cell.source)]
    assert ("glossary.md", "forget-gate") in found
    assert {file for file, _ in found} == {"glossary.md"}
    text = (folder / "glossary.md").read_text(encoding="utf-8")
    assert glossary.read(text) == TERMS
    assert ".ipynb" not in text
    assert "Lesson 03" in text
