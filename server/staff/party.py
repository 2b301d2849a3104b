"""Whose passkeys they are, and what travels when one is made or shown. The ceremonies themselves are in `passkeys.py`."""

import ipaddress
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

Json = dict[str, Any]
"""What travels between a page's script and us: options one way, a credential the other."""


class PasskeyRefused(Exception):
    """What came is no passkey of ours, made or shown here and now by somebody whom her device knows."""


@dataclass(frozen=True, slots=True)
class Party:
    """Whose passkeys they are: the origin of the staff's pages, and the helpline's name."""

    origin: str
    name: str

    @property
    def id(self) -> str:
        """The host that a passkey is made for."""
        return urlsplit(self.origin).hostname or ""

    @property
    def works(self) -> bool:
        """Tell whether a browser makes passkeys for this host: for names only, `localhost` too, never for a number."""
        try:
            ipaddress.ip_address(self.id)
        except ValueError:
            return True
        return False
