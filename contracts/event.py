"""What can happen: one frozen class per event type, found by its type string and by nothing else."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, ClassVar

from contracts.fields import Wire

TYPES: dict[str, type["Event"]] = {}
MEMBERS = ("summary", "content", "approval", "access", "mandate", "embedded")
"""Members of ``data``, in this order (WIRE 1)."""


class Event(Wire):
    """The data of an event. A subclass that sets TYPE is on the wire for ever; change it by adding a `.v2` class.

    FACT: it happened, whatever the rules say; never void for its row (PROTOCOL 1).
    SINCE: member of its summary -> rule version that brought it; under an older one the data is not of its model.
    """

    TYPE: ClassVar[str]
    FACT: ClassVar[bool] = False
    SINCE: ClassVar[Mapping[str, int]] = MappingProxyType({})

    @classmethod
    def __pydantic_init_subclass__(cls, **_: Any) -> None:
        if "TYPE" not in cls.__dict__:
            return
        if TYPES.setdefault(cls.TYPE, cls) is not cls:
            raise TypeError(f"{cls.TYPE} is defined twice")
        if list(cls.model_fields) != [name for name in MEMBERS if name in cls.model_fields]:
            raise TypeError(f"{cls.TYPE}: members of data out of order")

    def wire(self) -> dict[str, Any]:
        """The JSON object that stands in ``data``."""
        return self.model_dump(mode="json", exclude_none=True)
