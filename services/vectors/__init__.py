"""What writes the committed vectors of ``contracts/vectors``: a frozen format, told in bytes (STYLE 23)."""
