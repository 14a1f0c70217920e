"""Files from outside (FIELDS 6.5): told by their first bytes, freed of what they need not say, losslessly.

Pure: bytes in, bytes out, the same for the same. No picture is decoded and no document is drawn.
"""

from typing import NamedTuple

from contracts.vocabulary import AttachmentMedia
from services.cleaning import jpeg, pdf, png
from services.cleaning.errors import Unfit, UnfitFileError

__all__ = ["Cleaned", "Unfit", "UnfitFileError", "cleaned", "media_of"]

FORMS = {AttachmentMedia.JPG: jpeg, AttachmentMedia.PDF: pdf, AttachmentMedia.PNG: png}


class Cleaned(NamedTuple):
    """What is left of a file, and what it is."""

    media: AttachmentMedia
    file: bytes


def media_of(file: bytes) -> AttachmentMedia | None:
    """By its first bytes; None: none of the three."""
    return next((media for media, form in FORMS.items() if file.startswith(form.MAGIC)), None)


def cleaned(file: bytes) -> Cleaned:
    """A picture without EXIF, comments, thumbnails and what follows its end; a document as it is, if it does nothing.

    Raises UnfitFileError, and nothing else, for any bytes.
    """
    media = media_of(file)
    if media is None:
        raise UnfitFileError(Unfit.MEDIA)
    return Cleaned(media, FORMS[media].clean(file))
