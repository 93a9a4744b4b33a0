"""Mail addresses: which are addresses at all, and which are the same mailbox."""

from email_validator import EmailNotValidError, validate_email

_DOTLESS = frozenset({"gmail.com", "googlemail.com"})


def read_address(text: str) -> str:
    """Return the address in `text`, normalised; raise `ValueError` with a sentence why not.

    Nothing is asked of the network. Domains reserved for examples and tests are addresses, too.
    """
    try:
        checked = validate_email(
            text.strip(), check_deliverability=False, test_environment=True, allow_smtputf8=True
        )
    except EmailNotValidError as error:
        raise ValueError(str(error)) from error
    return checked.normalized


def find_address(text: str) -> str | None:
    """Return the address in `text`, or None when it holds none that is usable."""
    try:
        return read_address(text)
    except ValueError:
        return None


def same_mailbox(address: str) -> str:
    """Return what is equal for all spellings of one mailbox: case, "+tag", dots at Gmail."""
    local, _, domain = address.strip().casefold().rpartition("@")
    local = local.split("+")[0] or local
    if domain in _DOTLESS:
        local, domain = local.replace(".", ""), "gmail.com"
    return f"{local}@{domain}"
