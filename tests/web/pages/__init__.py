"""The pages in a real Chromium, against real storage and the loopback Google and Microsoft."""
