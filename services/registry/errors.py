"""What the registry cannot take from the hands of others."""


class HandedOverError(ValueError):
    """A file of the ceremony or of a signing office is not what it should be; theirs to hand over again.

    The message names the file and what it is not, never what stands in it.
    """
