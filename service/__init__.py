"""Call Back: writes the follow-up mails after an interview and sends them the day after."""
