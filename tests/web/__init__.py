"""Tests of what is served: the page in a real browser, and the API."""
