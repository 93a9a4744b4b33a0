"""The mail that an address or a call names, among those of whoever has come in."""

from service.actions import finding
from service.records import FollowUp
from service.web.entering import Visit


def find_mail(visit: Visit, mail_id: int) -> FollowUp:
    """Return a mail of the candidate.

    Raises:
        NotFound: there is none such.

    """
    (mail,) = finding.find(visit.app.office, visit.candidate, str(mail_id)).follow_ups
    return mail
