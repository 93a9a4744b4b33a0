"""Tests of storage: real SQLite files made by the migrations."""
