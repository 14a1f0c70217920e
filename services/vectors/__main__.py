"""``python -m services.vectors`` writes what is generated; ``--check`` compares.

``contracts/vectors``, ``contracts/schemas``, ``contracts/asyncapi.json``, ``docs/events.md``, ``docs/machines.md``.
"""

import json
import sys
from pathlib import Path
from typing import Any

import contracts
from services.vectors import asyncapi, attachments, content, pages, schemas, wire

FOLDER = Path(contracts.__file__).parent
DOCS = FOLDER.parent / "docs"


def documents() -> dict[Path, str]:
    """Every generated file and its text."""
    vectors = {"attachments": attachments.build(), "content": content.build(), **wire.build()}
    written = {DOCS / name: text for name, text in pages.build().items()}
    return {
        **_texts("vectors", vectors),
        **_texts("schemas", schemas.build()),
        **_texts(".", {"asyncapi": asyncapi.build()}),
        **written,
    }


def _texts(folder: str, found: dict[str, Any]) -> dict[Path, str]:
    return {
        FOLDER / folder / f"{name}.json": json.dumps(document, ensure_ascii=False, indent=1) + "\n"
        for name, document in found.items()
    }


def differences() -> list[Path]:
    """Files that are missing, stale, or made by nobody any more."""
    texts = documents()
    stale = [path for path, text in texts.items() if not path.exists() or path.read_text("utf-8") != text]
    orphans = [path for folder in ("vectors", "schemas") for path in (FOLDER / folder).glob("*.json")]
    return sorted({*stale, *(path for path in orphans if path not in texts)})


def main(arguments: list[str]) -> int:
    """0: nothing differs. With ``--check`` nothing is written and 1 says that something does."""
    found = differences()
    if "--check" not in arguments:
        texts = documents()
        for path in found:
            _keep(path, texts.get(path))
    for path in found:
        sys.stdout.write(f"{path.relative_to(FOLDER.parent)}\n")
    return 1 if found and "--check" in arguments else 0


def _keep(path: Path, text: str | None) -> None:
    if text is None:
        path.unlink()
        return
    path.parent.mkdir(exist_ok=True)
    path.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
