"""The topics as AsyncAPI 3.1, for clients in other languages: addresses, who says what, forms, headers (WIRE 6-12).

Seen from a unit's node. Forms stand in ``schemas/``; what is judged beyond form, PROTOCOL and the attack table say.
"""

from typing import Any

from contracts.catalogue import events
from contracts.channels import NEWEST, OPEN_TYPES, REGISTRY_TYPES, UNIT_TYPES, Place
from contracts.dsse import EVENT
from contracts.profile import MAX_VALUE
from services.transport.contract import REPLICATED, SETTINGS

ADDRESSES = {
    Place.TRUST: "duikou.trust.{n}",
    Place.PROPOSALS: "duikou.pairing.{n}",
    Place.OUTFLOW: "duikou.outflow.{n}",
    Place.CHECKPOINT: "duikou.checkpoint.{n}",
    Place.PAIRING: "duikou.channel.{channel}.{n}",
    Place.SUPERVISION: "duikou.channel.{channel}.{n}",
}
"""A desk is the unit's alone and never published."""
NAMES = {Place.PROPOSALS: "proposals", Place.PAIRING: "pairing"}
"""Names of places that differ from their codes: ``pairing`` is the open topic's, ``channel`` two units'."""
MEANINGS = {
    Place.TRUST: "Mandates of root, registrars and duty officers; the registry writes, every admitted unit reads.",
    Place.PROPOSALS: "Pairings offered and answered; every admitted unit reads.",
    Place.OUTFLOW: "Suppressed and rounded counts of counties; every admitted unit reads.",
    Place.CHECKPOINT: "Checkpoints of the log; every admitted unit reads.",
    Place.PAIRING: "What two paired units exchange; only they write, beside the registry.",
    Place.SUPERVISION: "What a unit and its own superior exchange; only they write, beside the registry.",
}
"""Sentence by place."""
PARAMETERS = {
    "n": {"description": "Generation of the topic, from 1; a lost or moved topic continues as the next (WIRE 11, 14)."},
    "channel": {"description": "Channel id: 52 letters and digits of base32 in lower case (WIRE 11)."},
}


def build() -> dict[str, Any]:
    """The document."""
    places = list(ADDRESSES)
    return {
        "asyncapi": "3.1.0",
        "info": {
            "title": "duikou 对口",
            "version": str(NEWEST),
            "description": "Signed exchange of case leads between paired units. Every message is a CloudEvent in "
            "structured mode; its signature (DSSE, Ed25519) stands in a header, its place in the log is the order.",
        },
        "defaultContentType": EVENT,
        "servers": {"brokers": _server()},
        "channels": {name(place): _channel(place) for place in places},
        "operations": {key: operation for place in places for key, operation in _operations(place)},
        "components": {
            "messages": {event: _message(event, model.__doc__ or "") for event, model in _published().items()},
            "schemas": {"headers": _headers()},
            "securitySchemes": {"mutualTls": {"type": "X509", "description": "CN is the unit code (WIRE 10)."}},
        },
    }


def name(place: Place) -> str:
    """Name of the channel in the document."""
    return NAMES.get(place, place.value)


def _published() -> dict[str, Any]:
    types = {event for place in ADDRESSES for event in OPEN_TYPES[NEWEST][place]}
    return {event: model for event, model in sorted(events().items()) if event in types}


def _server() -> dict[str, Any]:
    return {
        "host": "kafka.example:9093",
        "protocol": "kafka-secure",
        "description": "Apache Kafka; every listener is mutual TLS, rights are literal per topic (PROTOCOL 6).",
        "security": [{"$ref": "#/components/securitySchemes/mutualTls"}],
    }


def _channel(place: Place) -> dict[str, Any]:
    address = ADDRESSES[place]
    return {
        "address": address,
        "description": MEANINGS[place],
        "parameters": {key: value for key, value in PARAMETERS.items() if f"{{{key}}}" in address},
        "messages": {event: {"$ref": f"#/components/messages/{event}"} for event in _types(place)},
        "bindings": {"kafka": _binding()},
    }


def _types(place: Place) -> list[str]:
    return sorted(OPEN_TYPES[NEWEST][place])


def _binding() -> dict[str, Any]:
    return {
        "partitions": 1,
        "replicas": REPLICATED.factor,
        "topicConfiguration": {
            "cleanup.policy": [SETTINGS["cleanup.policy"]],
            "retention.ms": int(SETTINGS["retention.ms"]),
            "retention.bytes": int(SETTINGS["retention.bytes"]),
            "max.message.bytes": int(SETTINGS["max.message.bytes"]),
        },
        "bindingVersion": "0.5.0",
    }


def _operations(place: Place) -> list[tuple[str, dict[str, Any]]]:
    """What a unit reads there is everything; what it writes, the registry does not."""
    written = UNIT_TYPES.get(place, frozenset(_types(place)) - REGISTRY_TYPES)
    return [
        (f"{action}.{name(place)}", _operation(action, place, types))
        for action, types in (("receive", _types(place)), ("send", sorted(written)))
        if types
    ]


def _operation(action: str, place: Place, types: list[str]) -> dict[str, Any]:
    channel = f"#/channels/{name(place)}"
    return {
        "action": action,
        "channel": {"$ref": channel},
        "messages": [{"$ref": f"{channel}/messages/{event}"} for event in types],
    }


def _message(event: str, words: str) -> dict[str, Any]:
    return {
        "name": event,
        "summary": words.split("\n", maxsplit=1)[0],
        "contentType": EVENT,
        "headers": {"$ref": "#/components/schemas/headers"},
        "correlationId": {"location": "$message.payload#/id"},
        "payload": {
            "allOf": [
                {"$ref": "./schemas/envelope.json"},
                {"properties": {"type": {"const": event}, "data": {"$ref": f"./schemas/{event}.json"}}},
            ],
            "description": f"At most {MAX_VALUE} bytes.",
        },
    }


def _headers() -> dict[str, Any]:
    return {
        "type": "object",
        "required": ["content-type", "signature"],
        "properties": {
            "content-type": {"const": EVENT},
            "keyid": {"type": "string", "pattern": "^[0-9a-f]{64}$", "description": "Orders the trial only (WIRE 6)."},
            "signature": {"type": "string", "format": "binary", "minLength": 64, "maxLength": 64},
        },
    }
