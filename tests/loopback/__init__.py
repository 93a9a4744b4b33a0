"""Loopback servers that stand in for Google and Microsoft: real HTTPS, strict, no mocks."""
