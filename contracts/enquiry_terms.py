"""Closed lists of the course of an enquiry (MECHANISM 1.3)."""

from contracts.vocabulary import Term


class InterimReason(Term):
    """Why an answer takes longer (E6)."""

    COURT = "court", "等待法院或检察院", "waits for a court or procuratorate"
    FIELDWORK = "fieldwork", "外出核查", "needs fieldwork"
    REMOTE = "remote", "交通不便", "remote place"
    THIRD_PARTY = "third_party", "等待第三方", "waits for a third party"
