"""Tests of the providers, and of the loopback servers that stand in for the real services."""
