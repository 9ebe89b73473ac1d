"""Matching at a centre: one assignment over all its open requests, and what each part of a score weighs there."""
