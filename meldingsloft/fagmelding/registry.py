"""Which message types have a case form; a form is made when it is first asked for."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

from meldingsloft.domain.errors import WrongUsageError
from meldingsloft.fagmelding.forms import Form


def _epikrise() -> Form:
    from meldingsloft.fagmelding.epikrise import form

    return form()


def _svarrapport() -> Form:
    from meldingsloft.fagmelding.svarrapport import form

    return form()


def _helsefaglig_dialog() -> Form:
    from meldingsloft.fagmelding.dialog import form

    return form()


def _apprec_1_0() -> Form:
    from meldingsloft.fagmelding.apprec import form_1_0

    return form_1_0()


def _apprec_1_1() -> Form:
    from meldingsloft.fagmelding.apprec import form_1_1

    return form_1_1()


_FORMS: dict[str, Callable[[], Form]] = {
    "apprec-1.0": _apprec_1_0,
    "apprec-1.1": _apprec_1_1,
    "dialog-helsefaglig-1.1": _helsefaglig_dialog,
    "epikrise-1.2": _epikrise,
    "svarrapport-1.4": _svarrapport,
}
BUILDABLE = tuple(_FORMS)
"""Short names of the types that can be built from a case."""


@cache
def form_of(short_name: str) -> Form:
    """The form of a type.

    Raises:
        WrongUsageError: ``ML-C042``, the type has none.
    """
    make = _FORMS.get(short_name)
    if make is None:
        raise WrongUsageError(
            "ML-C042",
            f"messages of type {short_name} cannot be built from a case",
            hint=f"these can: {', '.join(BUILDABLE)}",
        )
    return make()
