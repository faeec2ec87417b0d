"""Where a file of an installed package lies, found without the seconds that an import can take."""

import importlib.util
from pathlib import Path


def installed_file(where: str, package: str, name: str, requirement: str) -> Path:
    """The path of a file that came with a package.

    Args:
        where: who asks, for the error.
        package: the package as it is imported, such as "sklearn".
        name: the file, from the folder of the package on.
        requirement: what pip should install where it is missing, such as "scikit-learn>=1.7,<2".

    Raises:
        ModuleNotFoundError: the package is not installed.
        FileNotFoundError: it is installed, but without the file.
    """
    remedy = f'install it with: python -m pip install "{requirement}"'
    spec = importlib.util.find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        raise ModuleNotFoundError(
            f"{where}: the data lie in the package {package}, which is missing; {remedy}"
        )
    path = Path(spec.submodule_search_locations[0]) / name
    if not path.is_file():
        raise FileNotFoundError(
            f"{where}: {package} is installed but its file {name} is missing; {remedy}"
        )
    return path
