"""The ephemeral token: 256 random bits and the conversation's id, signed with a purpose and an age."""

import secrets
from datetime import timedelta

from itsdangerous import BadData, Signer, TimestampSigner, URLSafeTimedSerializer

from server import clock
from server.ids import is_id
from server.session.rules import TOKEN_AGE

PURPOSE = "alarmtelefonen.v1 visit"
STREAM_PURPOSE = "alarmtelefonen.v1 stream"


class TokenError(Exception):
    """This token is not ours, not whole or too old."""


class Once(TimestampSigner):
    """Signs as its library does; the key for its purpose is made once, not for each token."""

    def __init__(self, secret: str) -> None:
        """`secret`: the signing secret from the data folder."""
        super().__init__(secret, salt=PURPOSE)
        self._key = super().derive_key()

    def derive_key(self, secret_key: str | bytes | None = None) -> bytes:
        """Return the key of this signer's one secret and purpose."""
        del secret_key
        return self._key


class Serializer(URLSafeTimedSerializer):
    """Has one signer for all tokens."""

    def __init__(self, secret: str) -> None:
        """`secret`: the signing secret from the data folder."""
        super().__init__(secret, salt=PURPOSE)
        self._signer = Once(secret)

    def make_signer(self, salt: str | bytes | None = None) -> TimestampSigner:
        """Return it."""
        del salt
        return self._signer


class Tokens:
    """Makes and reads tokens with the workers' shared secret."""

    def __init__(self, secret: str) -> None:
        """`secret`: the signing secret from the data folder."""
        self._serializer = Serializer(secret)

    def issue(self, conversation: str) -> str:
        """Return a fresh token for a conversation."""
        return str(self._serializer.dumps([conversation, secrets.token_urlsafe(32)]))

    def conversation(self, token: str) -> str:
        """Return the conversation that a token speaks for. Raises TokenError."""
        try:
            found, issued = self._serializer.loads(token, return_timestamp=True)
        except BadData as error:
            msg = "not a token of ours"
            raise TokenError(msg) from error
        if clock.utc() - issued > timedelta(seconds=TOKEN_AGE):  # one from the future is no older: another worker's clock is ahead
            msg = "too old"
            raise TokenError(msg)
        match found:
            case [str(conversation), str()] if is_id(conversation):
                return conversation
            case _:
                msg = "a token of another shape"
                raise TokenError(msg)


class StreamNames:
    """Makes and reads the names of event streams: which worker holds it and which it is there, signed with the workers' shared secret."""

    def __init__(self, secret: str) -> None:
        """`secret`: the signing secret from the data folder."""
        self._signer = Signer(secret, salt=STREAM_PURPOSE, sep="~")

    def issue(self, worker: str, stream: str) -> str:
        """Return the name of a stream. Both are ids."""
        return self._signer.sign(f"{worker}.{stream}").decode("ascii")

    def read(self, name: str) -> tuple[str, str]:
        """Return the worker that holds it, and the stream's id. Raises TokenError."""
        try:
            worker, _, stream = self._signer.unsign(name).decode("ascii").partition(".")
        except (BadData, UnicodeError) as error:
            msg = "not a name of ours"
            raise TokenError(msg) from error
        return worker, stream
