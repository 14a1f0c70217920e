"""Everything that takes bytes from outside, by name. A parser that is not here is not fuzzed."""

from tests.fuzz.engine import Target
from tests.fuzz.targets import files, http, judged, wire

TARGETS: dict[str, Target] = {
    target.name: target for target in (*wire.TARGETS, *judged.TARGETS, *files.TARGETS, *http.TARGETS)
}
"""In the order of docs/fuzz.md."""
