"""Hardened XML: nothing is fetched, nothing expands, nothing nests without end, and every node has a place."""

from meldingsloft.xmlsafe.parsing import Limits, local_name, namespace_of, parse
from meldingsloft.xmlsafe.places import Places
from meldingsloft.xmlsafe.stepping import nodes_inside

__all__ = ["Limits", "Places", "local_name", "namespace_of", "nodes_inside", "parse"]
