"""What encrypted contents have in common: read from bytes, written to bytes, held against the clear summary."""

from datetime import date
from typing import Any, Self

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from contracts import profile
from contracts.fields import Wire
from contracts.profile import ShapeError


class ContentError(ValueError):
    """The content is not what its model demands; its author's fault. ``problems`` name members, never values."""

    def __init__(self, *problems: str) -> None:
        super().__init__("; ".join(problems))
        self.problems = problems


class ContentModel(Wire):
    """A decrypted content."""

    @classmethod
    def of(cls, plain: bytes) -> Self:
        """From decrypted bytes. Raises ContentError."""
        try:
            profile.read_content(plain)
            return cls.model_validate_json(plain)
        except ShapeError as error:
            raise ContentError(f"not a content: {error}") from None
        except ValidationError as error:
            raise ContentError(*map(_problem, error.errors(include_input=False, include_url=False))) from None

    def to_bytes(self) -> bytes:
        """The plaintext. Raises ContentError: longer than 24,572 bytes, or text that the profile refuses."""
        plain = profile.compact(self.model_dump(mode="json", exclude_none=True))
        if len(plain) > profile.MAX_CONTENT:
            raise ContentError(f"the content has {len(plain):,} bytes, at most {profile.MAX_CONTENT:,} can be sent")
        try:
            profile.read_content(plain)
        except ShapeError as error:
            raise ContentError(f"not a content: {error}") from None
        return plain

    def differs(self, summary: Any, on: date) -> tuple[str, ...]:
        """Members of the summary that do not say what stands here; ``on``: day of the approval, +08:00."""
        return ()


def _problem(error: ErrorDetails) -> str:
    """Where and what; the name of an unknown member may itself be content, so it is left out."""
    where = error["loc"][:-1] if error["type"] == "extra_forbidden" else error["loc"]
    return f"{'.'.join(map(str, where)) or 'content'}: {error['msg']}"
