"""The glossary of the lessons, `notebooks/glossary.md`, and the links that lead there.

People write an entry: its heading, a sentence, and perhaps a line of facts, `Symbol: $f_t$ `(H,)` ·
Also: other words`. The build adds to the facts the lesson where the term first stands, and writes
the line of letters at the top. Entries stand in alphabetical order.

- A *term* is what stands **bold** in the text of a lesson and has an entry: by its heading, by one
  of its other words, or by the plural of one of them; large and small letters are the same.
- A *label* is other bold text that orders a page: it ends with one of `. ? ! :`, or it opens a
  paragraph, a list item or a cell of a table with a capital letter or before a colon. So are
  **Predict.**, **Notice**, and **carried**: in a list of three ways.
- All other bold text should have an entry; a test finds what has none. Words of *stress* need a
  single star; `STRESSED` lists those that have two.

Neither headings, quotes (the questions) nor cells for the instructor are looked at. The first bold
use of a term in a lesson becomes a link, whose title is the sentence of the entry, so that a
pointer that rests on it shows the sentence. JupyterLab opens the glossary at the heading, whose
anchor there is its text with hyphens; GitHub finds the same anchor in large or small letters. So a
heading has letters, digits, hyphens and spaces alone, and a sentence none of Markdown's signs.

A term that never stands bold has no link; it is first where its words stand in a text.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from typing import NamedTuple

from nbformat import NotebookNode

FILE = "glossary.md"
STRESSED = {"and", "last", "good", "cut", "every symbol", "back to front", "mean"}

BOLD = re.compile(r"\*\*(?=[^\s*])([^*]+?)(?<=\S)\*\*")
LINK = re.compile(r"\[\*\*[^*]+\*\*\]\((?:\.\./)?glossary\.md#([^ )]+)")
LEFT_OUT = re.compile(r"^(?:#+ .*|>.*)$|`[^`\n]*`", re.MULTILINE)
OPENS = re.compile(r"(?:\A|\n\s*\n|(?:\A|\n)\s*(?:[-*+]|\d+[.)])\s+|\|\s*)\Z")
LETTERS = re.compile(r"^\[\w\]\(#.*$\n\n?", re.MULTILINE)
LESSON = re.compile(r"\[Lesson \d\d\]\([^)]*\)")


class Entry(NamedTuple):
    """A term, what the lessons also call it, and the sentence that says what it is."""

    term: str
    also: tuple[str, ...]
    sentence: str

    @property
    def anchor(self) -> str:
        """Where its heading is."""
        return self.term.replace(" ", "-")

    @property
    def words(self) -> set[str]:
        """All that it is called, in small letters."""
        return {form for name in (self.term, *self.also) for form in (name.lower(), plural(name))}


class Bold(NamedTuple):
    """Bold text of a lesson, where it stands in a cell, and whether it only orders the page."""

    text: str
    start: int
    end: int
    label: bool


def plural(name: str) -> str:
    """The regular one, in small letters."""
    name = name.lower()
    if re.search(r"[^aeiou]y$", name):
        return f"{name[:-1]}ies"
    return f"{name}es" if name.endswith(("s", "x", "ch", "sh")) else f"{name}s"


def split(text: str) -> list[str]:
    """The page's opening, and each of its entries with its heading."""
    return re.split(r"^(?=### )", text, flags=re.MULTILINE)


def read(text: str) -> list[Entry]:
    """The entries of the page, in its order."""
    entries = []
    for part in split(text)[1:]:
        heading, *blocks = re.split(r"\n\s*\n", part.strip())
        facts = " · ".join(blocks[1:]).split(" · ")
        also = [name for fact in facts if fact.startswith("Also: ") for name in fact[6:].split(",")]
        sentence = " ".join(blocks[0].split()) if blocks else ""
        entries.append(Entry(heading.removeprefix("### "), tuple(map(str.strip, also)), sentence))
    return entries


def by_words(entries: Iterable[Entry]) -> dict[str, Entry]:
    """Each entry by each of the words for it."""
    return {words: entry for entry in entries for words in entry.words}


def known(text: str, terms: Mapping[str, Entry]) -> Entry | None:
    """The entry that bold text has."""
    words = " ".join(text.split()).lower()
    return terms.get(words) or terms.get(words.rstrip(".?!:"))


def texts(cells: Iterable[NotebookNode]) -> Iterator[NotebookNode]:
    """The cells that a student reads."""
    for cell in cells:
        if cell.cell_type == "markdown" and "instructor" not in cell.metadata.get("tags", []):
            yield cell


def bold(source: str) -> Iterator[Bold]:
    """What stands bold in a cell, headings, quotes and code left out."""
    seen = LEFT_OUT.sub(lambda found: "`" * len(found[0]), source)
    for found in BOLD.finditer(seen):
        text = source[found.start(1) : found.end(1)]
        opens = OPENS.search(source[: found.start()]) is not None
        heads = text[0].isupper() or source[found.end() :].startswith(":")
        label = text.endswith((".", "?", "!", ":")) or (opens and heads)
        yield Bold(text, found.start(), found.end(), label)


def without_entry(cells: Iterable[NotebookNode], entries: Iterable[Entry]) -> list[str]:
    """Bold text of a lesson that is neither a term of the glossary nor a label."""
    terms = by_words(entries)
    return [
        " ".join(found.text.split())
        for cell in texts(cells)
        for found in bold(cell.source)
        if not (found.label or known(found.text, terms) or found.text.lower() in STRESSED)
    ]


def link(cells: Iterable[NotebookNode], entries: Iterable[Entry], folder: str = "") -> None:
    """Link the first bold use of each term in a lesson with its entry, from below the glossary."""
    terms = by_words(entries)
    linked: set[str] = set()
    for cell in texts(cells):
        parts, end = [], 0
        for found in bold(cell.source):
            entry = known(found.text, terms)
            if entry is None or entry.term in linked:
                continue
            linked.add(entry.term)
            words = cell.source[found.start : found.end]
            target = f'({folder}{FILE}#{entry.anchor} "{entry.sentence}")'
            parts += [cell.source[end : found.start], f"[{words}]{target}"]
            end = found.end
        cell.source = "".join([*parts, cell.source[end:]])


def first_lessons(
    lessons: Mapping[str, Sequence[NotebookNode]], entries: Sequence[Entry]
) -> dict[str, str]:
    """The lesson of each term that any has, by the name of its file: see the top."""
    stands: dict[str, str] = {}
    plain = {
        name: " ".join(
            re.sub(r'\(\S*glossary\.md#[^"]*"[^"]*"\)', "", cell.source) for cell in texts(cells)
        )
        for name, cells in lessons.items()
    }
    for name, cells in lessons.items():
        for cell in texts(cells):
            for anchor in LINK.findall(cell.source):
                stands.setdefault(anchor, name)
    for entry in entries:
        names = "|".join(re.escape(words).replace(r"\ ", r"\s+") for words in entry.words)
        words = re.compile(rf"(?<!\w)(?:{names})(?!\w)", re.IGNORECASE)
        for name, text in plain.items():
            if entry.anchor not in stands and words.search(text):
                stands[entry.anchor] = name
    return {entry.term: stands[entry.anchor] for entry in entries if entry.anchor in stands}


def write(text: str, first: Mapping[str, str]) -> str:
    """The page with its line of letters, and with the lesson of each entry."""
    opening, *parts = split(text)
    entries = read(text)
    letters = (next(group) for _, group in groupby(entries, key=lambda each: each.term[0].lower()))
    line = " · ".join(f"[{each.term[0].upper()}](#{each.anchor})" for each in letters)
    written = [f"{LETTERS.sub('', opening).strip()}\n\n{line}\n"]
    for part, entry in zip(parts, entries, strict=True):
        heading, *blocks = re.split(r"\n\s*\n", part.strip())
        facts = [fact for fact in " · ".join(blocks[1:]).split(" · ") if fact]
        facts = [fact for fact in facts if not LESSON.fullmatch(fact)]
        if entry.term in first:
            name = first[entry.term]
            facts.append(f"[Lesson {name[:2]}]({name})")
        written.append(
            "\n\n".join([heading, *blocks[:1], *filter(None, [" · ".join(facts)])]) + "\n"
        )
    return "\n".join(written)


def alone(text: str) -> str:
    """The page without its links to lessons, for where they do not stand beside it."""
    return LESSON.sub(lambda found: found[0][1 : found[0].index("]")], text)
