"""Tests of the real process: started, driven, killed."""
