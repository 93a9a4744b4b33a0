"""The pages: each reads through the actions and renders, or does one thing and goes back.

Reading and stopping work without JavaScript; what scripts add is that nothing need be reloaded and
that mails appear while one types.
"""

from fastapi import APIRouter

from service.web.pages import (
    coming,
    debriefing,
    guides,
    mailboxes,
    mails,
    new,
    sent,
    steering,
    welcome,
)

PAGES = (coming, welcome, new, debriefing, mails, steering, mailboxes, sent, guides)
router = APIRouter(include_in_schema=False)
for page in PAGES:
    router.include_router(page.router)
