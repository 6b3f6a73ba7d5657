"""niah measures how far a language model's context can be trusted."""

__version__ = "0.1.0"
