"""Tables and texts that travel with the code: code texts, message catalogue, code lists.

They are part of the program as its constants are, so any room may read them here; what a user can change is read by an
adapter.
"""

from __future__ import annotations

import pkgutil


def read_text(name: str) -> str:
    """The text of a shipped file, by its path below this package (``codes/rules.toml``).

    Raises:
        FileNotFoundError: no such file.
    """
    data = pkgutil.get_data(__name__, name)
    if data is None:
        raise FileNotFoundError(name)
    return data.decode("utf-8")
