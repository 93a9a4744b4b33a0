"""The people of the loopback Microsoft: accounts, what they consent to, and the names of scopes."""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass, field

from tests.loopback.entra_answers import Refusal

GRAPH = "https://graph.microsoft.com/"
PERSONAL_TENANT = "9188040d-6c67-4c5b-b112-36a304b66dad"
"""The tenant of all personal Microsoft accounts, the same for everybody."""

OPENID_SCOPES = ("openid", "profile", "email", "offline_access")
MAIL_READING = frozenset({"Mail.Read", "Mail.ReadBasic", "Mail.ReadWrite"})
"""What the managed default policy of work tenants takes out of the users' own consent."""

_SCOPES = {name.lower(): name for name in (*OPENID_SCOPES, "User.Read", "Mail.Send", *MAIL_READING)}


@dataclass(slots=True)
class Account:
    """A Microsoft account, and what its owner does on the consent page."""

    address: str
    name: str
    is_work: bool = False
    login: str = ""
    """What the owner types to sign in (userPrincipalName); at work it need not be an address."""
    has_mailbox: bool = True
    denies: bool = False
    """Presses Cancel on the consent page."""
    leaves: bool = False
    """Closes the consent page: the browser never goes back."""
    unticks: frozenset[str] = frozenset()
    """Scopes that are not given although asked for."""
    admin_consented: frozenset[str] = frozenset()
    """What an administrator has approved for the whole tenant.

    A work account that asks for more of the mailbox ends at "Need admin approval", from where the
    owner takes the link back to the application or, with `leaves`, does not.
    """
    needs_interaction: bool = False
    """A refresh is refused until the owner signs in with a second factor."""
    consented: set[str] = field(default_factory=set)
    revocations: int = 0

    def __post_init__(self) -> None:
        """Fill in what a test seldom cares for."""
        self.login = self.login or self.address

    @property
    def object_id(self) -> str:
        """The account's lasting id: a GUID; of a personal account only its second half is used."""
        full = str(uuid.uuid5(uuid.NAMESPACE_URL, f"mailto:{self.address}"))
        return full if self.is_work else f"00000000-0000-0000-{full[19:]}"

    @property
    def tenant(self) -> str:
        """The tenant's id; a work tenant is made of the address's domain."""
        if not self.is_work:
            return PERSONAL_TENANT
        return str(uuid.uuid5(uuid.NAMESPACE_DNS, self.address.partition("@")[2]))

    def may_sign_in_to(self, tenant: str) -> bool:
        """Say whether this kind of account belongs to the tenant named in the address."""
        kind = "organizations" if self.is_work else "consumers"
        return tenant.lower() in ("common", kind, self.tenant)

    def give_consent(self, asked: Iterable[str]) -> frozenset[str]:
        """Return what the person allows of the asked scopes and remember it.

        Raise Refusal as the redirect back to the application would carry it.
        """
        wanted = frozenset(asked)
        if self.needs_admin(wanted):
            raise Refusal("access_denied", 90094)
        if self.denies:
            raise Refusal("access_denied", 65004)
        given = wanted - self.unticks
        self.consented |= given
        return given

    def needs_admin(self, asked: Iterable[str]) -> bool:
        """Say whether the tenant's policy leaves this to an administrator."""
        return self.is_work and bool((MAIL_READING & set(asked)) - self.admin_consented)


@dataclass(frozen=True, slots=True)
class Scopes:
    """The scopes of one request: canonical short names, and how the client wrote each."""

    written: dict[str, str]

    @property
    def names(self) -> frozenset[str]:
        """The canonical short names."""
        return frozenset(self.written)

    def write(self, names: Iterable[str]) -> str:
        """Return these scopes as the answer lists them: as asked, without offline_access."""
        return " ".join(
            self.written.get(name, name) for name in sorted(names) if name != "offline_access"
        )


def read_scopes(text: str) -> Scopes:
    """Read a scope parameter: short names and full addresses, in any case of letters.

    Raise Refusal for none, for another resource's, and for a scope that does not exist.
    """
    written: dict[str, str] = {}
    for item in text.split():
        is_full = item.lower().startswith(GRAPH)
        if not is_full and "://" in item:
            raise Refusal("invalid_scope", 70011, item)
        name = _SCOPES.get(item[len(GRAPH) :].lower() if is_full else item.lower())
        if name is None or (is_full and name in OPENID_SCOPES):
            raise Refusal("invalid_client", 650053, item)
        written[name] = f"{GRAPH}{name}" if is_full else name
    if not written:
        raise Refusal("invalid_request", 900144, "'scope'")
    return Scopes(written)
