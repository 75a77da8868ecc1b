"""One JSON record of the call, as a bus, a CRM or an API gets it (pure)."""

import json
from collections.abc import Iterator

from trunkline.audit.planted import Planted
from trunkline.evaluate.score import leaked_stored
from trunkline.evaluate.stored import row_texts


def of_record(body: bytes, planted: Planted, *, call_id: str) -> set[str]:
    """Kinds that can be read: by time where words have times, else as any text of the call."""
    found = planted.anywhere(body)
    for value in _values(body):
        stored = list(row_texts(value, place="", row="", call_id=call_id))
        found |= {leak.kind for leak in leaked_stored(planted.spans, stored)}
        for one in stored:
            if not one.words:
                found |= planted.of_the_call(one.text)
    return found


def _values(body: bytes) -> Iterator[object]:
    """The whole as one JSON value, else each line that is one."""
    try:
        yield json.loads(body)
        return
    except ValueError:
        pass
    for line in body.splitlines():
        try:
            yield json.loads(line)
        except ValueError:
            continue
