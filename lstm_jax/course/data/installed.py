"""Where a file of an installed package lies, found without the seconds that an import can take."""

import importlib.util
from pathlib import Path

REMEDY = 'install all that the course needs with: python -m pip install "lstm_jax[course]"'


def installed_file(where: str, package: str, name: str) -> Path:
    """The path of a file that came with a package.

    Args:
        where: who asks, for the error.
        package: the package as it is imported, such as "sklearn".
        name: the file, from the folder of the package on.

    Raises:
        ModuleNotFoundError: the package is not installed.
        FileNotFoundError: it is installed, but without the file.
    """
    spec = importlib.util.find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        raise ModuleNotFoundError(
            f"{where}: the data lie in the package {package}, which is missing; {REMEDY}"
        )
    path = Path(spec.submodule_search_locations[0]) / name
    if not path.is_file():
        raise FileNotFoundError(
            f"{where}: {package} is installed but its file {name} is missing; {REMEDY}"
        )
    return path
