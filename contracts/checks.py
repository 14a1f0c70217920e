"""Forms and check digits of numbers in content (FIELDS 6.3-6.5a). Pure; each says yes or no, nothing more.

Sources: GB 11643-1999 (identity number), GB 32100-2015 (credit code), GA 36-2018 (plates), GB 16735 (VIN),
ISO/IEC 7812-1 (Luhn), 3GPP TS 23.003 (IMEI, IMSI).
"""

import ipaddress
import re
from collections.abc import Callable, Mapping
from datetime import date, datetime
from types import MappingProxyType

from contracts.vocabulary import IdDocumentKind, IdentifierKind

_ID_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_ID_CHECK = "10X98765432"
_CREDIT_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_VIN_VALUES = dict(zip("ABCDEFGHJKLMNPRSTUVWXYZ", map(int, "12345678123457923456789"), strict=True))
_VIN_WEIGHTS = (8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2)

_PROVINCES = "京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼"
_LETTER, _MARK = "A-HJ-NP-Z", "A-HJ-NP-Z0-9"
_PLATE = re.compile(
    rf"[{_PROVINCES}][{_LETTER}](?:[{_MARK}]{{4}}[{_MARK}挂学警港澳领]|[A-HJK][{_MARK}][0-9]{{4}}|[0-9]{{5}}[A-HJK])"
)
"""Seven characters; new energy eight (small: letter first; large: letter last)."""

_MOBILE = re.compile(r"1[3-9][0-9]{9}|\+[1-9][0-9]{6,14}")
_DIALABLE = re.compile(r"\+?[0-9][0-9-]{2,19}")


def id_check_digit(first17: str) -> str:
    """The 18th character of an identity number (GB 11643)."""
    return _ID_CHECK[sum(int(digit) * weight for digit, weight in zip(first17, _ID_WEIGHTS, strict=True)) % 11]


def id_birth(number: str) -> date | None:
    """The day of birth in an 18-character identity number; None: no real day."""
    try:
        return date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        return None


def is_identity_number(number: str) -> bool:
    """18 characters, a real day of birth, the right check digit."""
    if re.fullmatch("[1-9][0-9]{16}[0-9X]", number) is None or id_birth(number) is None:
        return False
    return number[17] == id_check_digit(number[:17])


def to_18(number: str) -> str:
    """A 15-digit identity number of before 1999 in its form of today. Raises ValueError: not 15 digits."""
    if re.fullmatch("[1-9][0-9]{14}", number) is None:
        raise ValueError("not a number of 15 digits")
    first17 = f"{number[:6]}19{number[6:]}"
    return first17 + id_check_digit(first17)


def is_foreign_resident(number: str) -> bool:
    """The card of 2004 (three letters, twelve digits) or of 2023 (18, beginning with 9)."""
    old = re.fullmatch("[A-Z]{3}[0-9]{12}", number) is not None
    return old or (number.startswith("9") and is_identity_number(number))


def is_hmt_residence(number: str) -> bool:
    """Codes 81 Hong Kong, 82 Macao, 83 Taiwan; else as an identity number."""
    return number[:2] in {"81", "82", "83"} and is_identity_number(number)


def luhn(number: str) -> bool:
    """The check digit of cards and IMEI."""
    doubled = [int(digit) * (1 + place % 2) for place, digit in enumerate(reversed(number))]
    return sum(value - 9 if value > 9 else value for value in doubled) % 10 == 0


def is_imei(number: str) -> bool:
    """15 digits with their check digit."""
    return re.fullmatch("[0-9]{15}", number) is not None and luhn(number)


def is_plate(plate: str) -> bool:
    """A plate of GA 36."""
    return _PLATE.fullmatch(plate) is not None


def is_vin(vin: str) -> bool:
    """17 characters, the ninth being the check digit."""
    if re.fullmatch("[A-HJ-NPR-Z0-9]{17}", vin) is None:
        return False
    values = (int(char) if char.isdigit() else _VIN_VALUES[char] for char in vin)
    rest = sum(value * weight for value, weight in zip(values, _VIN_WEIGHTS, strict=True)) % 11
    return vin[8] == ("X" if rest == 10 else str(rest))


def is_credit_code(code: str) -> bool:
    """18 characters with the check character of GB 32100."""
    if re.fullmatch(f"[{_CREDIT_ALPHABET}]{{18}}", code) is None:
        return False
    total = sum(_CREDIT_ALPHABET.index(char) * (3**place % 31) for place, char in enumerate(code[:17]))
    return code[17] == _CREDIT_ALPHABET[-total % 31]


def is_mobile(number: str) -> bool:
    """A mainland mobile number, or + and a country's."""
    return _MOBILE.fullmatch(number) is not None


def is_dialable(number: str) -> bool:
    """What a telephone accepts: digits and hyphens."""
    return _DIALABLE.fullmatch(number) is not None


def is_ip_with_time(value: str) -> bool:
    """An address, a space, and a moment with its zone: without the zone it names nobody."""
    address, _, moment = value.partition(" ")
    try:
        ipaddress.ip_address(address)
        return datetime.fromisoformat(moment).tzinfo is not None
    except ValueError:
        return False


def _form(pattern: str) -> Callable[[str], bool]:
    """A check by pattern, whole."""
    compiled = re.compile(pattern)
    return lambda value: compiled.fullmatch(value) is not None


IDENTIFIER_CHECKS: Mapping[IdentifierKind, Callable[[str], bool]] = MappingProxyType(
    {
        IdentifierKind.ALIPAY: _form(r"[^\s*?%]{4,60}"),
        IdentifierKind.BANK_CARD: _form("[0-9]{16,19}"),
        IdentifierKind.EMAIL: _form(r"[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){1,4}"),
        IdentifierKind.IMEI: is_imei,
        IdentifierKind.IMSI: _form("[0-9]{15}"),
        IdentifierKind.IP: is_ip_with_time,
        IdentifierKind.LANDLINE: _form("0[0-9]{2,3}-?[0-9]{7,8}(?:-[0-9]{1,6})?"),
        IdentifierKind.MOBILE: is_mobile,
        IdentifierKind.OTHER: _form(r"[^\n*?%]{1,100}"),
        IdentifierKind.QQ: _form("[1-9][0-9]{4,11}"),
        IdentifierKind.WAYBILL: _form("[A-Za-z0-9-]{8,30}"),
        IdentifierKind.WECHAT: _form(r"[^\s*?%]{1,50}"),
    }
)
"""No form admits a wildcard: one identifier is asked about, never a pattern."""

ID_DOCUMENT_CHECKS: Mapping[IdDocumentKind, Callable[[str], bool]] = MappingProxyType(
    {
        IdDocumentKind.FOREIGN_RESIDENT: is_foreign_resident,
        IdDocumentKind.HMT_RESIDENCE: is_hmt_residence,
        IdDocumentKind.PASSPORT: _form("[A-Z0-9]{5,20}"),
        IdDocumentKind.RESIDENT: is_identity_number,
    }
)
