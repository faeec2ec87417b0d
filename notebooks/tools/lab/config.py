"""JupyterLab for a class: `jupyter-lab --config=notebooks/tools/lab/config.py`.

It opens on the first lesson and lists the lessons alone. `page_config.json` beside this file
switches off two extensions: nbgrader grades from the command line, and JupyterLab's announcements
ask a network for news and newer versions, which a class room may not have.
"""

from pathlib import Path

HERE = Path(__file__).resolve().parent

c = get_config()  # noqa: F821, JupyterLab provides it
c.ServerApp.root_dir = str(HERE.parents[1])
c.LabApp.default_url = "/lab/tree/00_start_here.ipynb"
c.LabApp.app_settings_dir = str(HERE)
c.ContentsManager.hide_globs = ["source", "tools", "solutions", "__pycache__"]
c.KernelManager.transport_encryption = "auto"  # else each kernel warns that it has none
