"""Where the files lie that travel with the program: XML Schemas and sample messages.

A checkout shows them at top level; a wheel carries them inside the package as ``_shipped``.
"""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from meldingsloft.domain.errors import ConfigError

_PACKAGE = Path(__file__).resolve().parent.parent


def shipped(kind: Literal["schemas", "samples"], package: Path = _PACKAGE) -> Path:
    """The folder of the files of one kind that this installation carries.

    ``package`` is the folder of the installed package. The wheel's copy goes before the checkout's.

    Raises:
        ConfigError: ``ML-C080`` when the installation has neither.
    """
    for folder in (package / "_shipped" / kind, package.parent / kind):
        if folder.is_dir():
            return folder
    raise ConfigError(
        "ML-C080",
        f"this installation lacks its {kind}",
        hint="install meldingsloft again, from a wheel or as an editable checkout",
        where=str(package),
    )
