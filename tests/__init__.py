"""All tests, and the loopback servers they use."""
