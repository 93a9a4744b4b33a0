"""The RSA key with which the loopback Google signs its id tokens, and the forms it is shown in."""

import json
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import Any

import jwt
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID
from jwt.algorithms import RSAAlgorithm

_KEY_ID = "loopback-1"


class SigningKey:
    """One RSA key, made when it is first needed."""

    @cached_property
    def _key(self) -> rsa.RSAPrivateKey:
        return rsa.generate_private_key(public_exponent=65537, key_size=2048)

    def sign(self, claims: dict[str, Any]) -> str:
        """Return the claims as a signed JSON web token."""
        return jwt.encode(claims, self._key, algorithm="RS256", headers={"kid": _KEY_ID})

    def private_pem(self) -> str:
        """Return the private key as a service-account file holds it."""
        return self._key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        ).decode()

    def key_set(self) -> dict[str, Any]:
        """Return the public key as a JSON web key set."""
        public = json.loads(RSAAlgorithm.to_jwk(self._key.public_key()))
        return {"keys": [{**public, "kid": _KEY_ID, "use": "sig", "alg": "RS256"}]}

    def certificates(self) -> dict[str, str]:
        """Return the public key as the certificates of `auth_provider_x509_cert_url`."""
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "loopback signer")])
        now = datetime.now(UTC)
        certificate = (
            x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(name)
            .public_key(self._key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - timedelta(days=1))
            .not_valid_after(now + timedelta(days=7))
            .sign(self._key, hashes.SHA256())
        )
        return {_KEY_ID: certificate.public_bytes(serialization.Encoding.PEM).decode()}
