"""replica -> view rows: rows and position in one transaction; a view can be thrown away and folded again (L11)."""
