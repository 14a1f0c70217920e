"""What every outgoing document says of itself in clear (FIELDS 6.1). Never free text, never a person: a test looks."""

from contracts.fields import Wire
from contracts.vocabulary import Classification, DocumentKind, Urgency, UrgencyGround


class Document(Wire):
    """文种, 密级, 紧急程度. The document number and the date stand in the approval, the contact in the content."""

    kind: DocumentKind
    classification: Classification
    urgency: Urgency
    urgency_ground: UrgencyGround | None = None
