"""How long judging takes, as ratios to bare lxml on the same files in the same run: ``python -m tests.bench.validation [FILE…]``.

*Bare* is ``etree.fromstring`` and the compiled schema's ``validate``, nothing else. The rounds go in turn, and the median of
the ratios of a round counts. The last line on stdout is one JSON object.
"""

from __future__ import annotations

import json
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from lxml import etree

from meldingsloft.adapters.code_lists import PackagedCodeLists
from meldingsloft.adapters.schema_set import SchemaSet
from meldingsloft.adapters.shipped import shipped
from meldingsloft.adapters.type_table import load_catalogue
from meldingsloft.validate.document import validate
from meldingsloft.validate.namespaces import declared_namespaces

_ROUNDS, _REPEATS = 15, 20
_SAMPLES = Path(__file__).resolve().parents[2] / "samples" / "good"


def measure(files: Sequence[Path], rounds: int = _ROUNDS, repeats: int = _REPEATS) -> dict[str, float]:
    """Ratios to bare lxml, and the milliseconds a file that bare lxml took."""
    schemas, catalogue, codes = SchemaSet(shipped("schemas")), load_catalogue(), PackagedCodeLists()
    documents = [path.read_bytes() for path in files]
    compiled = [_schema(schemas, data) for data in documents]

    def bare() -> None:
        for data, schema in zip(documents, compiled, strict=True):
            schema.validate(etree.fromstring(data))

    def verdict() -> None:
        for data in documents:
            validate(data, schemas=schemas, catalogue=catalogue, codes=codes, only={"schema"})

    def everything() -> None:
        for data in documents:
            validate(data, schemas=schemas, catalogue=catalogue, codes=codes)

    tasks = {"bare": bare, "schema": verdict, "all": everything}
    for task in tasks.values():
        task()
    times = [{name: _timed(task, repeats) for name, task in tasks.items()} for _ in range(rounds)]
    return {
        "files": len(files),
        "bare_ms": round(1e3 * statistics.median(t["bare"] for t in times) / repeats / len(files), 3),
        "schema_ratio": round(statistics.median(t["schema"] / t["bare"] for t in times), 3),
        "all_ratio": round(statistics.median(t["all"] / t["bare"] for t in times), 3),
    }


def _schema(schemas: SchemaSet, data: bytes) -> etree.XMLSchema:
    known = frozenset(n for n in declared_namespaces(data, etree.fromstring(data)) if schemas.knows(n))
    compiled: etree.XMLSchema = schemas.for_namespaces(known)
    return compiled


def _timed(task: Callable[[], None], repeats: int) -> float:
    started = time.process_time()
    for _ in range(repeats):
        task()
    return time.process_time() - started


if __name__ == "__main__":
    print(json.dumps(measure([Path(name) for name in sys.argv[1:]] or sorted(_SAMPLES.rglob("*.xml")))))
