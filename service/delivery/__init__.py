"""Claim -> provider -> record, and look again; alone calls a mailbox's send.

`Delivery.work` does everything there is to do in one mailbox, under its lease: first the attempts
that a dead process left open are settled, then what is due is sent, one mail at a time. "Sending
once" in docs/sending-once.md is the rule book; each step there is one function here.
"""

from service.delivery.copies import send_to_self
from service.delivery.rounds import Delivery

__all__ = ["Delivery", "send_to_self"]
