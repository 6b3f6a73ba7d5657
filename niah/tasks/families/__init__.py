"""One module per task family, each with its ``FAMILY``; the registry finds them here."""
