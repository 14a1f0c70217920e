"""Official paper (MECHANISM 4): what stands in the log, written as letters of GB/T 9704 and drawn as PDF.

Pure: a letter in, bytes out, the same bytes for the same letter. Nothing is kept and nothing is fetched.
"""

from services.office.letter import Frame, Letter, Section, Sender
from services.office.render import UndrawableError, render
from services.office.writing import WRITERS, letter_of

__all__ = ["WRITERS", "Frame", "Letter", "Section", "Sender", "UndrawableError", "letter_of", "render"]
