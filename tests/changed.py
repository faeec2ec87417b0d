"""Run the tests beside what has changed since main: `make changed`, a quick look while one works.

A file of the package has its tests at the same place below `tests/`: the files named after it, or
else all that stand there, and the exercises of a room among the checks. What imports the file is
not looked for; `make test` runs everything.
"""

import re
import subprocess
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path, PurePosixPath

import pytest

ROOT = Path(__file__).resolve().parents[1]
ALONE = ("tests/browser", "tests/peers", "tests/wheel")  # steps of their own


def changed(since: str) -> list[str]:
    """The files that differ from a revision, or that git does not know yet."""

    def git(*arguments: str) -> list[str]:
        done = subprocess.run(
            ["git", *arguments], cwd=ROOT, check=True, capture_output=True, text=True
        )
        return done.stdout.splitlines()

    base = git("merge-base", since, "HEAD")[0]
    return git("diff", "--name-only", base) + git("ls-files", "--others", "--exclude-standard")


def tests_of(path: PurePosixPath) -> Iterator[str]:
    """The files of tests beside a file of the repository."""
    match path.parts:
        case ("tests", *_) if path.name.startswith("test_"):
            yield from in_folder(path.parent, path.name)
        case ("tests", _, *_):  # what the tests beside it use
            yield from in_folder(path.parent)
        case ("lstm_jax", *places, name):
            folder = PurePosixPath("tests", *places)
            while not (ROOT / folder).is_dir():
                folder = folder.parent
            stem = PurePosixPath(name).stem
            yield from list(in_folder(folder, f"test_*{stem}*.py")) or in_folder(folder)
            if re.fullmatch(r"l\d\d", "".join(places[-1:])):  # a room, whose exercises stand there
                yield "tests/course/checks/test_catalogue.py"
        case ("notebooks", *_):
            yield from in_folder(PurePosixPath("tests/notebooks"))
            yield "tests/test_packaging.py"  # JupyterLab as it opens
        case _:
            for stem in ("repository", "readme", "packaging", "benchmarks"):
                yield f"tests/test_{stem}.py"


def in_folder(folder: PurePosixPath, pattern: str = "test_*.py") -> Iterator[str]:
    """The files of tests that stand in a folder."""
    return (path.relative_to(ROOT).as_posix() for path in sorted((ROOT / folder).glob(pattern)))


def main(arguments: Iterable[str]) -> int:
    """Run them, with these arguments for pytest; returns its exit code."""
    files = [file for path in changed("main") for file in tests_of(PurePosixPath(path))]
    files = [file for file in dict.fromkeys(files) if not file.startswith(ALONE)]
    print("Tests beside what has changed since main:", *files or ["none"], sep="\n  ", flush=True)
    return pytest.main([*files, *arguments]) if files else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
