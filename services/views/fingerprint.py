"""One number for a whole view: rebuilt and live agree at the same cut (L11, WIRE 32)."""

import json
from collections.abc import Callable, Iterable, Mapping
from hashlib import sha256
from typing import Any

from contracts.channels import topic
from services.views.codec import to_json
from services.views.view import View


def fingerprint(
    view: View[Any],
    rows: Mapping[str, Any],
    cut: Mapping[str, int],
    rule_version: int,
    ordered: Callable[[Iterable[str]], Iterable[str]] = sorted,
) -> str:
    """sha-256 hex over lines joined by newlines; independent of row order and of any database.

    First line: [view name, version, rule version, cut]; then the rows' lines [key, row] in ascending order; each
    compact JSON with sorted members, UTF-8 unescaped.

    Args:
        rows: key -> row (not JSON), all of them within the cut.
        cut: topic -> offset of the last record folded. Fingerprints compare at equal cuts only (PROTOCOL 11).
        rule_version: the newest one in force in any of the topics.
        ordered: sorts texts by their code points, for more rows than memory holds.
    """
    digest = sha256(_line([view.name, view.version, rule_version, dict(cut)]).encode())
    for text in ordered(map(_line, rows)):  # a line begins with its key, and no key's text begins another's
        key = json.loads(text)
        digest.update(b"\n" + _line([key, to_json(rows[key])]).encode())
    return digest.hexdigest()


def _line(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), sort_keys=True, allow_nan=False)


def within(rows: Mapping[str, Any], topics: Iterable[str]) -> dict[str, Any]:
    """The rows whose channel is among those of ``topics``: a live view cut down to what an export holds."""
    names = set(topics)
    channels = {topic(name).channel for name in names}
    return {key: row for key, row in rows.items() if key.split("/")[0] in channels | names}
