"""Random ids: 128 bits from the operating system, written as 22 URL-safe characters."""

import base64
import re
import secrets

ID_PATTERN = r"^[A-Za-z0-9_-]{22}$"
_ID = re.compile(ID_PATTERN)


def new_id() -> str:
    """Return a fresh 128-bit id as 22 characters of unpadded base64url."""
    return base64.urlsafe_b64encode(secrets.token_bytes(16)).rstrip(b"=").decode("ascii")


def is_id(text: str) -> bool:
    """Tell whether `text` has the shape of an id (22 base64url characters)."""
    return _ID.match(text) is not None
