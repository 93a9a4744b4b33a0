"""Tests of one room at a time: values in, values out."""
