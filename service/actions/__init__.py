"""One function per thing a user does; the command line and the web call only these.

Each takes the `Office` (what every action works with) first, does its reading and planning outside
a transaction, writes once, and returns values for the caller to print. Nothing here prints or asks.
"""
