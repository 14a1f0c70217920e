"""What of a content can be looked for: exact identifiers and names, each in one normal form (MECHANISM 4, search).

Two ways of writing one number are one value. Nothing is a prefix or a pattern of anything: what holds a wildcard has no
normal form.
"""

import ipaddress
import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from types import MappingProxyType

from pydantic import BaseModel

from contracts import checks
from contracts.enquiry_content import FoundPerson, Named
from contracts.notices import parts
from contracts.operation_content import Custody
from contracts.person import IdDocument, Number, Person
from contracts.vocabulary import IdentifierKind, Term

LONGEST = 100
"""Characters of a value."""


class Sought(Term):
    """By what one looks: a name, an identity document, or a kind of identifier."""

    NAME = "name", "姓名、绰号", "name or alias"
    ID_DOCUMENT = "id_document", "证件号码", "number of an identity document"
    ALIPAY = "alipay", "支付宝", "Alipay account"
    BANK_CARD = "bank_card", "银行卡", "bank card"
    EMAIL = "email", "邮箱", "e-mail address"
    IMEI = "imei", "IMEI", "IMEI"
    IMSI = "imsi", "IMSI", "IMSI"
    IP = "ip", "IP 地址及时间", "IP address and time"
    LANDLINE = "landline", "固话", "landline"
    MOBILE = "mobile", "手机", "mobile"
    OTHER = "other", "其他", "other"
    QQ = "qq", "QQ", "QQ"
    WAYBILL = "waybill", "运单号", "waybill number"
    WECHAT = "wechat", "微信", "WeChat"


Entry = tuple[Sought, str]
"""A kind and a value in its normal form."""

_APART = re.compile(r"[\s().\u2010-\u2015\u2212-]")
"""What people put between digits."""
_DOTS = re.compile("[\u2022\u2027\u2219\u22c5\u30fb]")
"""Middle dots of other keyboards than U+00B7."""
_CHINA = re.compile(r"^(?:\+86|0086|86)(?=1[3-9][0-9]{9}$)")
_NAME = re.compile(r"[^*?%_]{1,50}")
_DOCUMENT = re.compile("[A-Z0-9]{5,30}")


def normal(kind: Sought, text: str) -> str:
    """The one form of a value. Raises ValueError: it is of no such kind, or more than one exact value."""
    value = _FORMS.get(kind, _folded)(unicodedata.normalize("NFKC", text))
    if len(value) > LONGEST or not _fits(kind, value):
        raise ValueError("not of the form of its kind: one exact value, whole")
    return value


def entries(content: BaseModel) -> frozenset[Entry]:
    """Everything by which a content is found. An officer's own name and telephone are not among them."""
    found = set()
    for kind, text in (one for part in parts(content) for one in _named(part)):
        with suppress(ValueError):  # a number as stated, or of no form any more
            found.add((kind, normal(kind, text)))
    return frozenset(found)


def identifiers(content: BaseModel) -> frozenset[Entry]:
    """Of these, what names one person or one account: no name does."""
    return frozenset(one for one in entries(content) if one[0] is not Sought.NAME)


def _named(part: BaseModel) -> Iterator[tuple[Sought, str]]:
    match part:
        case Number(kind=kind, value=value):
            yield Sought[kind.name], value
        case IdDocument(number=number):
            yield Sought.ID_DOCUMENT, number
        case Person():
            names = (part.name, part.name_as_written, part.name_pinyin)
            for name in (*names, *(part.former_names or ()), *(part.aliases or ())):
                if name is not None:
                    yield Sought.NAME, name
        case Named(name=name) | FoundPerson(name=name) | Custody(name=name):
            yield Sought.NAME, name
        case _:
            pass


def _fits(kind: Sought, value: str) -> bool:
    match kind:
        case Sought.NAME:
            return _NAME.fullmatch(value) is not None
        case Sought.ID_DOCUMENT:
            return _DOCUMENT.fullmatch(value) is not None
        case _:
            return checks.IDENTIFIER_CHECKS[IdentifierKind[kind.name]](value)


def _folded(text: str) -> str:
    return text.strip().casefold()


def _together(text: str) -> str:
    return _APART.sub("", text)


def _mobile(text: str) -> str:
    number = _CHINA.sub("", _together(text))
    return f"+{number[2:]}" if number.startswith("00") else number


def _landline(text: str) -> str:
    """Area and number together; an extension stays apart."""
    found = re.fullmatch(r"(0[0-9]{2,3})-?([0-9]{7,8})(-[0-9]{1,6})?", "".join(text.split()))
    return "".join(part or "" for part in found.groups()) if found else ""


def _document(text: str) -> str:
    """Numbers of 15 digits in their form of today."""
    number = _together(text).upper()
    with suppress(ValueError):
        return checks.to_18(number)
    return number


def _ip(text: str) -> str:
    """The address and the moment, in UTC; a moment without zone names nobody."""
    address, _, moment = text.strip().partition(" ")
    try:
        return f"{ipaddress.ip_address(address)} {_utc(moment)}"
    except (ValueError, OverflowError):  # before the first or behind the last moment there is in UTC
        return ""


def _utc(moment: str) -> str:
    at = datetime.fromisoformat(moment)
    if at.tzinfo is None:
        raise ValueError("no zone")
    return at.astimezone(UTC).isoformat()


def _name(text: str) -> str:
    return _DOTS.sub("\u00b7", "".join(text.split()).casefold())


_FORMS: Mapping[Sought, Callable[[str], str]] = MappingProxyType(
    {
        Sought.NAME: _name,
        Sought.ID_DOCUMENT: _document,
        Sought.BANK_CARD: _together,
        Sought.IMEI: _together,
        Sought.IMSI: _together,
        Sought.IP: _ip,
        Sought.LANDLINE: _landline,
        Sought.MOBILE: _mobile,
        Sought.QQ: _together,
        Sought.WAYBILL: lambda text: _together(text).casefold(),
    }
)
"""How a kind is written in one way; the others are folded."""
