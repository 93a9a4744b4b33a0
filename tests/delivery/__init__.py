"""Tests of sending once: real providers and loopback servers, a real queue, one round at a time."""
