"""Grids to pictures: every number is computed as data first and drawn afterwards."""
