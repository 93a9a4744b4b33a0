"""Tests of the command line: whole outputs."""
