"""The code of an app (TOTP, RFC 6238): the second step beside a password, where there is no passkey.

A code is six digits of a secret that the app and `staff.json` hold, and of the half minute in which it is read.
"""

import base64
import hmac

import pyotp

STEP = 30_000
"""How long one code is shown (ms)."""
AROUND = (-1, 0, 1)
"""Codes that are taken: this one, the one before and the one after, for clocks that differ."""
SECRET_BYTES = 20
NOBODYS = base64.b32encode(bytes(SECRET_BYTES)).decode()
"""What a code is compared with where there is no secret, so that it takes as long."""


def secret_of(invitation: str, key: bytes) -> str:
    """Return the secret that the one with this invitation is shown: the same each time, and kept nowhere before it is confirmed."""
    return base64.b32encode(hmac.digest(key, f"alarmtelefonen.v1|totp|{invitation.strip()}".encode(), "sha256")[:SECRET_BYTES]).decode()


def step_of(secret: str, code: str, now: int) -> int | None:
    """Return the half minute to which this code belongs, if it is one of those that are taken now. Takes as long for a wrong one."""
    made, given = pyotp.TOTP(secret or NOBODYS), code.replace(" ", "").encode()
    found = [step for around in AROUND if hmac.compare_digest(made.generate_otp(step := now // STEP + around).encode(), given)]
    return found[0] if found and secret else None


def address_of(secret: str, name: str, helpline: str) -> str:
    """Return the link by which an app on this device takes the secret."""
    return pyotp.TOTP(secret).provisioning_uri(name=name, issuer_name=helpline)
