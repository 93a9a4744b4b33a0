"""Tests of what the user hears of unasked: matters, the evening note, the ways to tell them."""
