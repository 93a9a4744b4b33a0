"""What each access allows, in the words in which the user is asked to give it."""

from providers.base import Access

ALLOWS = {
    ("gmail", Access.DRAFTS): (
        "Call Back may write, read and send drafts. It cannot read any other mail."
    ),
    ("gmail", Access.SEND_ONLY): "Call Back may send mail, and nothing else.",
    ("outlook", Access.SEND_ONLY): "Call Back may send mail, and nothing else.",
    ("outlook", Access.DRAFTS): (
        "Call Back may write, read and change the mail in this mailbox: Microsoft offers no "
        "narrower right that allows drafts. It reads its own drafts and their sent copies only."
    ),
}
CONSENT = {
    ("gmail", Access.DRAFTS): 'Google will ask for "Manage drafts and send emails".',
    ("gmail", Access.SEND_ONLY): 'Google will ask for "Send email on your behalf".',
    ("outlook", Access.SEND_ONLY): 'Microsoft will ask for "Send mail as you".',
    ("outlook", Access.DRAFTS): (
        'Microsoft will ask for "Read and write access to your mail" and "Send mail as you".'
    ),
}
BEFORE = {
    "gmail": (
        'If "Google hasn\'t verified this app" appears: it is your own client; '
        "choose Advanced, then continue. Tick every box that is offered."
    ),
    "outlook": (
        'If "Need admin approval" appears, your organisation allows this only with its '
        "administrator: docs/outlook.md says what to ask for, or use a personal mailbox."
    ),
}
AT_WORK = (
    "A work or school account: your employer can read that mailbox and will see this request. "
    "For an application elsewhere a personal mailbox is the better choice."
)
