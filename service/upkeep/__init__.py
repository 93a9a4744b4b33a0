"""Looks after an installation: names what is broken, and moves its data."""
