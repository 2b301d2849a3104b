"""The way to a provider and back: what is remembered of it, and how it can fail. Who goes it is in `openid.py`."""

import msgspec


class ProviderAwayError(Exception):
    """The provider does not answer, or not as one."""


class WordRefused(Exception):
    """The provider's word is not its own, or it does not give one for this code."""


class Way(msgspec.Struct, frozen=True):
    """What we remember of a browser that was sent to a provider. `invitation`: the hash of the code that she came with."""

    provider: str
    state: str
    nonce: str
    verifier: str
    invitation: str = ""
