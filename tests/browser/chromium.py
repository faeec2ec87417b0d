"""A Chromium to drive: one that is here already, else Playwright's, else Debian's."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from playwright.sync_api import Browser, Error, Playwright, ViewportSize

PROJECTOR = ViewportSize(width=1600, height=1000)
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "msedge")
MAC = Path("/Applications/Google Chrome.app/Contents/MacOS/Google Chrome")
INSTALL = (
    "The browser tests need Chromium, and found none that starts. Install Chromium or Google "
    "Chrome (on Debian and Ubuntu: apt install chromium), or name one, as in "
    "CHROMIUM=/usr/bin/chromium make browser. Tried:"
)


def launch(playwright: Playwright) -> Browser:
    """Start the first browser that does start; RuntimeError says what to install if none does."""
    tried = []
    for executable in candidates(playwright):
        try:
            return playwright.chromium.launch(executable_path=executable)
        except Error as error:
            tried.append(f"{executable}: {error.message.splitlines()[0]}")
    raise RuntimeError(
        "\n- ".join([INSTALL, *(tried or ["no browser could be downloaded either"])])
    )


def candidates(playwright: Playwright) -> Iterator[str]:
    """Browsers, each step taken only when those before it did not start."""
    if named := os.environ.get("CHROMIUM"):
        yield named
        return
    yield from filter(None, map(shutil.which, NAMES))
    own = Path(playwright.chromium.executable_path)
    for path in (MAC, own):
        if path.exists():
            yield str(path)
    if not own.exists():
        command([sys.executable, "-m", "playwright", "install", "chromium"])
        if own.exists():
            yield str(own)
    if shutil.which("apt-get") and os.geteuid() == 0:
        command(["apt-get", "update"])
        command(["apt-get", "install", "--yes", "--no-install-recommends", "chromium"])
        yield from filter(None, [shutil.which("chromium")])


def command(arguments: list[str]) -> None:
    """Run it for at most ten minutes; what it says goes to the terminal, and it may fail."""
    print("No browser yet:", *arguments, flush=True)
    try:
        subprocess.run(arguments, check=False, timeout=600)
    except subprocess.TimeoutExpired:
        print("gave up after ten minutes", flush=True)
