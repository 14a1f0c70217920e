"""Decrypted contents of pairing events (MECHANISM 1.1)."""

from contracts.content_model import ContentModel
from contracts.findings import Contact


class ContactsContent(ContentModel):
    """联络人: name and telephone."""

    contact: Contact
