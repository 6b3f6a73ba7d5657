"""Stored runs for people: sweeps, figures and frames, for the commands and for notebooks."""
