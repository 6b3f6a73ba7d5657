"""niah against servers and types that nobody here wrote."""
