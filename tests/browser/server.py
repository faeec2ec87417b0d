"""A real JupyterLab on this machine, with its own folder and none of the user's settings."""

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

NOTEBOOKS = Path(__file__).resolve().parents[2] / "notebooks"


class Server(NamedTuple):
    """Where JupyterLab answers, the folder it shows, and the file it logs to."""

    url: str
    folder: Path
    log: Path


@contextmanager
def serve(home: Path) -> Iterator[Server]:
    """Run the JupyterLab of `make lab` on a copy of the lessons; all it writes is below `home`."""
    folder = home / "notebooks"
    shutil.copytree(NOTEBOOKS, folder, ignore=shutil.ignore_patterns(".*", "source"))
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = Server(f"http://127.0.0.1:{port}", folder, home / "jupyterlab.log")
    options = {
        "ServerApp.ip": "127.0.0.1",
        "ServerApp.port": port,
        "ServerApp.port_retries": 0,
        "ServerApp.allow_root": True,
        "ServerApp.open_browser": False,
        "IdentityProvider.token": "",  # only this machine can reach it, and only for the tests
        "LabApp.expose_app_in_browser": True,
    }
    command = [sys.executable, "-m", "jupyterlab", f"--config={folder / 'tools/lab/config.py'}"]
    command += [f"--{name}={value}" for name, value in options.items()]
    own = ("CONFIG_DIR", "DATA_DIR", "RUNTIME_DIR")
    # Nor those of tests/conftest.py: lessons run with all optimizations, and keep progress.
    ours = ("JUPYTER", "XLA_FLAGS", "LSTM_JAX_PROGRESS")
    environment = {
        name: value for name, value in os.environ.items() if not any(each in name for each in ours)
    }
    environment |= {f"JUPYTER_{name}": str(home / name.lower()) for name in own}
    environment |= {"IPYTHONDIR": str(home / "ipython"), "JUPYTER_PREFER_ENV_PATH": "1"}
    # The debugger, which JupyterLab starts in each kernel, else complains of Python's own modules.
    environment |= {"PYDEVD_DISABLE_FILE_VALIDATION": "1"}
    with server.log.open("wb") as log:
        process = subprocess.Popen(command, env=environment, stdout=log, stderr=log)
    try:
        wait_for(server, process)
        yield server
    finally:
        process.terminate()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def wait_for(server: Server, process: subprocess.Popen[bytes], seconds: float = 60) -> None:
    """Return once the server answers; RuntimeError with its log if it ends or never does."""
    end = time.monotonic() + seconds
    while time.monotonic() < end and process.poll() is None:
        try:
            urllib.request.urlopen(f"{server.url}/api", timeout=5).close()
            return
        except OSError:
            time.sleep(0.1)
    raise RuntimeError(f"JupyterLab did not start:\n{server.log.read_text()}")
