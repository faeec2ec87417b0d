// Explorers in Jupyter: what anywidget asks a module for. See explorer.py for the other side.

import { initialize, render } from "./main.js";

export default { initialize, render };
