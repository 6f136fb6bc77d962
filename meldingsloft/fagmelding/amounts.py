"""Numbers with a unit: doses, durations, results (kith:PQ, rules DT-012, DT-013, SV-021)."""

from __future__ import annotations

import re
from dataclasses import dataclass

from meldingsloft.fagmelding.kinds import Raw, Surroundings, Wrong, read_text
from meldingsloft.fagmelding.writing import Node

_QUANTITY = re.compile(r"(?P<sign>[<>≤≥]?)[ ]*(?P<number>[+-]?[0-9]+(?:[.,][0-9]+)?)(?:[ ]+(?P<unit>\S.*))?")
_COMPARISONS = {"<": "LT", ">": "GT", "≤": "LE", "≥": "GE"}


@dataclass(frozen=True, slots=True)
class Amount:
    """A number with its unit, and for results how it compares."""

    number: str
    """Decimal point."""
    unit: str
    sign: str = ""
    """``<``, ``>``, ``≤``, ``≥`` or nothing."""
    sign_name: str = ""
    """Display text of the sign in kodeverk 8239."""


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number and its unit in one text, ``20 mg`` (kith:PQ, rules DT-012, DT-013).

    ``units`` is the list of units, checked where the standard closes it (``closed``). With ``result`` the value may begin
    with ``<`` or ``>`` and becomes NumResult with ArithmeticComp (8239) and NumResultValue.
    """

    units: str = ""
    closed: bool = True
    result: bool = False
    what: str = "a number with a unit"

    def read(self, raw: Raw, around: Surroundings) -> Amount:
        """The parts."""
        found = _QUANTITY.fullmatch(read_text(raw, self.what).replace("<=", "≤").replace(">=", "≥"))
        if found is None or not found["unit"] or (found["sign"] and not self.result):
            raise Wrong("a number with a unit is wanted", 'write both in one text, as "4.8 mmol/L" or "20 mg"')
        unit = found["unit"].strip()
        if self.units and self.closed and around.codes.display(self.units, unit) is None:
            raise Wrong(
                f"the unit is not one of kodeverk {self.units} ({around.codes.name(self.units)})",
                self._near(unit, around),
            )
        name = around.codes.display("8239", _COMPARISONS[found["sign"]]) if found["sign"] else ""
        return Amount(found["number"].replace(",", "."), unit, found["sign"], name or "")

    def _near(self, unit: str, around: Surroundings) -> str:
        import difflib

        known = [code for code, _ in around.codes.codes(self.units)]
        near = difflib.get_close_matches(unit, known, n=3, cutoff=0.3) or known[:8]
        return f"nearest: {', '.join(near)}"

    def write(self, node: Node, value: Amount) -> None:
        """PQ, or NumResult with its two children."""
        target = node
        if self.result:
            if value.sign:
                node.child("ArithmeticComp", V=_COMPARISONS[value.sign], DN=value.sign_name)
            target = node.child("NumResultValue")
        target.attributes.update(V=value.number, U=value.unit)
