"""The towns of the road tests serve here too."""

from __future__ import annotations

from tests.road.conftest import founded, town

__all__ = ["founded", "town"]
