"""Work among processes: the order holds, and no more is taken up than is under way."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from meldingsloft.cli.sharing import shared
from meldingsloft.domain.errors import CaseError, MailboxError, MeldingsloftError


def doubled(number: int) -> int:
    return 2 * number


def failing(number: int) -> MeldingsloftError:
    if number % 2:
        return MailboxError("ML-P001", "gone", hint="look", where="a.xml", detail="x")
    return CaseError("ML-C041", "wrong", problems=("one", "two"))


@pytest.mark.parametrize("jobs", [1, 2, 3])
@pytest.mark.parametrize("count", [0, 1, 2, 200])
def test_results_come_in_order(jobs: int, count: int) -> None:
    assert list(shared(doubled, range(count), jobs)) == [2 * number for number in range(count)]


def test_only_a_window_is_taken_up() -> None:
    taken = 0

    def items() -> Iterator[int]:
        nonlocal taken
        for number in range(100_000):
            taken += 1
            yield number

    results = shared(doubled, items(), 2)
    assert next(results) == 0
    first = taken
    assert [next(results) for _ in range(500)] == [2 * number for number in range(1, 501)]
    assert first < 100
    assert taken < 1_000
    results.close()  # type: ignore[attr-defined]


def test_errors_cross_whole() -> None:
    one, two = shared(failing, [0, 1], 2)
    assert isinstance(one, CaseError)
    assert (one.code, one.problems, str(one)) == ("ML-C041", ("one", "two"), "ML-C041: wrong")
    assert isinstance(two, MailboxError)
    assert (two.hint, two.where, two.detail) == ("look", "a.xml", "x")
