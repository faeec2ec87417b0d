"""A notebook open in JupyterLab: run it, look at it, and hear all that goes wrong in it."""

import json
import struct
from itertools import pairwise
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import nbformat
from heard import HeardPage
from nbformat import NotebookNode
from playwright.sync_api import BrowserContext, Locator, WebSocket, expect
from server import Server

SCROLL_TO = """(panel, top) => {
    panel.scrollTop = top;
    return panel.scrollTop + panel.clientHeight < panel.scrollHeight - 1;
}"""
ASK = """async ([code, expression]) => {
    const {kernel} = jupyterapp.shell.currentWidget.sessionContext.session;
    const user_expressions = {asked: expression};
    const reply = await kernel.requestExecute({code, user_expressions, silent: true}).done;
    return reply.content.status === "ok" ? reply.content.user_expressions.asked : reply.content;
}"""
# What has come into view is drawn in the next frame, and in the one after that it is there.
TWO_FRAMES = "() => new Promise(go => requestAnimationFrame(() => requestAnimationFrame(go)))"
# A folded cell has no source in the page, so the cell is looked for in the notebook itself.
FIND = """text => {
    const {content} = jupyterapp.shell.currentWidget;
    const index = [...content.model.cells].findIndex(
        cell => cell.sharedModel.getSource().includes(text));
    content.scrollToItem(index);
    return index;
}"""
ACTIVE_CELL = "() => jupyterapp.shell.currentWidget.content.activeCellIndex"


class Lesson(HeardPage):
    """A page with one notebook.

    `problems` grows also by each error or stderr message of the kernel, whichever cell or callback
    it comes from.
    """

    def __init__(self, context: BrowserContext, server: Server, name: str) -> None:
        super().__init__(context.new_page(), home=server.url)
        self.server = server
        self.name = name
        self.page.on("websocket", self._listen_to_kernel)
        self.page.goto(f"{server.url}/lab/tree/{name}?reset")
        expect(self.page.locator(".jp-Notebook .jp-Cell").first).to_be_visible(timeout=60_000)
        self.page.wait_for_function(
            "() => jupyterapp.shell.currentWidget?.sessionContext?.session?.kernel?.status"
            " === 'idle'",
            timeout=60_000,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Stop the kernel and close the page."""
        self.stop_kernel()
        self.page.close()

    def start_all(self) -> None:
        """Run all cells, without waiting for them."""
        self.page.evaluate(
            "() => { window.allRun = jupyterapp.commands.execute('notebook:run-all-cells') }"
        )

    def wait_for_cells(self, seconds: float = 600) -> None:
        """Wait until all cells that were started have run, and their outputs stand in the page."""
        self.page.evaluate("() => { allRun.then(() => { window.allRun = null }) }")
        self.page.wait_for_function("() => allRun === null", timeout=1000 * seconds)
        self.page.wait_for_timeout(300)

    def command(self, name: str, **arguments: str) -> None:
        """Run a command of JupyterLab and wait for it."""
        self.page.evaluate(
            "([name, arguments]) => jupyterapp.commands.execute(name, arguments)", [name, arguments]
        )

    def save(self) -> NotebookNode:
        """Save the notebook and return what its file now holds."""
        self.command("docmanager:save")
        return nbformat.read(self.server.folder / self.name, as_version=4)

    def stop_kernel(self) -> None:
        """Shut the kernel down; the page stays as it is."""
        self.page.evaluate("() => jupyterapp.shell.currentWidget.sessionContext.shutdown()")

    def restart_kernel(self) -> None:
        """Restart the kernel and wait for it; the page stays as it is."""
        self.page.evaluate("() => jupyterapp.shell.currentWidget.sessionContext.restartKernel()")

    def cell(self, text: str) -> Locator:
        """The first cell whose source holds this text, folded or not, scrolled to."""
        index: int = self.page.evaluate(FIND, text)
        assert index >= 0, f"no cell with {text}"
        cell = self.page.locator(f".jp-Cell[data-windowed-list-index='{index}']")
        cell.scroll_into_view_if_needed()
        return cell

    def type(self, cell: Locator, source: str) -> None:
        """Replace the source of a cell, as a student does, and run it."""
        editor = cell.locator(".cm-content")
        editor.click()
        editor.press("Control+A")
        self.page.keyboard.insert_text(source)
        editor.press("Control+Enter")

    def run_cell(self, cell: Locator) -> None:
        """Run a cell as it stands, folded or not."""
        editor = cell.locator(".cm-content")
        (editor if editor.count() else cell).press("Control+Enter")

    def ask(self, expression: str, code: str = "") -> str:
        """Run code in the kernel, leaving no trace in the notebook; returns what repr gives."""
        reply = self.page.evaluate(ASK, [code, expression])
        if reply["status"] != "ok":
            raise ValueError(f"{expression}: {reply['evalue']}")
        text: str = reply["data"]["text/plain"]
        return text

    def active_cell(self) -> int:
        """The index of the cell that keys go to."""
        index: int = self.page.evaluate(ACTIVE_CELL)
        return index

    def screenshots(self, path: Path) -> None:
        """Write the whole notebook, a screenful a file, from its top: `path` with a number."""
        panel = self.page.locator(".jp-WindowedPanel-outer")
        height: int = panel.evaluate("panel => panel.clientHeight")
        more, number = True, 0
        while more:
            more = panel.evaluate(SCROLL_TO, number * (height - 100))
            self.page.evaluate(TWO_FRAMES)
            self.screenshot(path.with_stem(f"{path.stem}-{number:02}"))
            number += 1

    def _listen_to_kernel(self, socket: WebSocket) -> None:
        if "/channels" in socket.url:
            socket.on("framereceived", self._heard_from_kernel)

    def _heard_from_kernel(self, frame: bytes | str) -> None:
        if isinstance(frame, str):
            raise TypeError("the kernel's messages come as text; expected the binary protocol v1")
        header, content = kernel_message(frame)
        if header["msg_type"] == "error":
            self.note(f"kernel: {content['ename']}: {content['evalue']}")
        elif header["msg_type"] == "stream" and content["name"] == "stderr":
            for line in filter(str.strip, content["text"].splitlines()):
                self.note(f"kernel, to stderr: {line}")


def kernel_message(frame: bytes) -> tuple[dict[str, Any], dict[str, Any]]:
    """Header and content of a message in Jupyter's websocket protocol v1.

    A count, that many offsets, then channel, header, parent header, metadata, content and buffers.
    """
    (count,) = struct.unpack_from("<Q", frame)
    offsets = struct.unpack_from(f"<{count}Q", frame, 8)
    parts = [frame[start:end] for start, end in pairwise(offsets)]
    return json.loads(parts[1]), json.loads(parts[4])
