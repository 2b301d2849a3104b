"""One provider (OpenID Connect), as we speak with it: its doors, its keys, a way there, its word for a code, its word that somebody is out.

Rules of this file:

1. What a provider says counts when its own published key has signed it, with an algorithm of two keys: never none, never a shared secret.
2. A way there has a state, a nonce and a proof key (PKCE, S256), each fresh; our own requests are signed (`private_key_jwt`).
3. Who does not answer within five seconds is away. No secret and no word of a provider gets into an error or a log.
"""

import secrets
from collections.abc import Callable
from time import monotonic
from typing import Any
from urllib.parse import urlencode

import httpx2
import msgspec
from authlib.common.errors import AuthlibBaseError
from authlib.integrations.httpx_client import AsyncOAuth2Client
from authlib.oauth2.rfc7523 import PrivateKeyJWT
from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, KeySet, RSAKey

from server import clock
from server.staff.claims import Claims, listed
from server.staff.providers import Provider
from server.staff.signing import signer
from server.staff.way import ProviderAwayError, Way, WordRefused

ALGORITHMS = ("RS256", "PS256", "ES256", "RS384", "PS384", "ES384", "RS512", "PS512", "ES512", "Ed25519", "EdDSA")
"""Signatures that only the provider can make, and anybody can check."""
PATIENCE = 5.0
KEPT = 3600.0
"""How long what a provider publishes is taken to be true (s)."""
SOONEST = 10.0
"""How soon it is asked again when its keys do not fit (s)."""
SIGNED_FOR = 60
"""How long a request that we signed is good (s)."""


class Published(msgspec.Struct, frozen=True):
    """What a provider publishes of itself."""

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    end_session_endpoint: str = ""
    authorization_response_iss_parameter_supported: bool = False


class OpenId:
    """One provider."""

    def __init__(self, provider: Provider, origin: str, steady: Callable[[], float] = monotonic) -> None:
        """Nobody is asked before somebody comes. `origin`: of the staff's pages. Raises SettingsError."""
        self.provider, self.origin = provider, origin
        self._steady = steady
        self._signer = signer(provider)
        self._published: tuple[float, Published, KeySet] | None = None

    @property
    def back(self) -> str:
        """Where the provider sends a browser back to: an address of its own for each provider."""
        return f"{self.origin}/staff/elsewhere/{self.provider.id}/back"

    async def way(self, language: str, invitation: str = "") -> tuple[str, Way]:
        """Return the address that a browser is sent to, and what to remember of it. Raises ProviderAwayError."""
        published, _ = await self.published()
        state, nonce, verifier = (secrets.token_urlsafe(32) for _ in range(3))
        way = Way(self.provider.id, state, nonce, verifier, invitation)
        more = {"acr_values": " ".join(self.provider.acr)} if self.provider.acr else {}
        async with self._client() as client:
            address, _ = client.create_authorization_url(
                published.authorization_endpoint,
                state=way.state,
                nonce=way.nonce,
                code_verifier=way.verifier,
                ui_locales=language,
                **more,
            )
        return str(address), way

    async def word(self, code: str, way: Way) -> tuple[str, Claims]:
        """Return the provider's word for a code (the id_token), and what it says. Raises ProviderAwayError, WordRefused."""
        published, _ = await self.published()
        audience = published.issuer if self.provider.audience == "issuer" else published.token_endpoint
        try:
            async with self._client() as client:
                client.register_client_auth_method(PrivateKeyJWT(audience, self._short(), dict(self._signer.header), self._signer.alg))
                given = await client.fetch_token(
                    published.token_endpoint, grant_type="authorization_code", code=code, code_verifier=way.verifier
                )
        except httpx2.HTTPError as error:
            raise ProviderAwayError from error
        except (AuthlibBaseError, ValueError, TypeError, KeyError) as error:
            raise WordRefused from error
        token = given.get("id_token")
        if not isinstance(token, str):
            raise WordRefused
        header, claims = await self._signed(token)
        try:
            amr = {"amr": listed(claims["amr"])} if "amr" in claims else {}
            params = {"nonce": way.nonce, "client_id": self.provider.client_id, "access_token": given.get("access_token")}
            CodeIDToken({**claims, **amr}, header, {}, params).validate(leeway=30)
        except (JoseError, ValueError, TypeError, AttributeError) as error:
            raise WordRefused from error
        return token, claims

    async def says_out(self, token: str) -> Claims:
        """Return what a logout_token says that its provider has signed. Raises ProviderAwayError, WordRefused."""
        header, claims = await self._signed(token)
        if header.get("typ", "logout+jwt").lower() not in {"logout+jwt", "jwt"}:
            raise WordRefused
        return claims

    async def way_out(self, hint: str) -> str:
        """Return where a browser ends its session at the provider too; "": nowhere. Raises ProviderAwayError."""
        published, _ = await self.published()
        if not published.end_session_endpoint:
            return ""
        asked = {"id_token_hint": hint, "client_id": self.provider.client_id, "post_logout_redirect_uri": f"{self.origin}/staff/sign-in"}
        joint = "&" if "?" in published.end_session_endpoint else "?"
        return published.end_session_endpoint + joint + urlencode(asked)

    async def published(self, *, sooner: float = KEPT) -> tuple[Published, KeySet]:
        """Return what the provider publishes, as it was within the last hour, or `sooner` (s). Raises ProviderAwayError."""
        now = self._steady()
        if self._published is None or now - self._published[0] > sooner:
            try:
                async with httpx2.AsyncClient(timeout=PATIENCE) as client:
                    told = await self._fetch(client, f"{self.provider.issuer.rstrip('/')}/.well-known/openid-configuration")
                    published = msgspec.convert(told, Published)
                    if published.issuer != self.provider.issuer:
                        raise ProviderAwayError  # somebody else's, or a copy
                    keys = KeySet.import_key_set(await self._fetch(client, published.jwks_uri))
            except (httpx2.HTTPError, JoseError, ValueError, TypeError, KeyError) as error:
                raise ProviderAwayError from error
            self._published = now, published, keys
        return self._published[1:]

    async def _signed(self, token: str) -> tuple[dict[str, Any], Claims]:
        """Return header and claims of what the provider has signed; its keys are fetched again when none of them fits."""
        for sooner in (KEPT, SOONEST):
            _, keys = await self.published(sooner=sooner)
            try:
                found = jwt.decode(token, keys, algorithms=ALGORITHMS)
            except (JoseError, ValueError, TypeError):
                continue
            return dict(found.header), found.claims
        raise WordRefused

    async def _fetch(self, client: httpx2.AsyncClient, address: str) -> Any:  # noqa: ANN401 - whatever the provider publishes
        answer = await client.get(address)
        return answer.raise_for_status().json()

    def _client(self) -> AsyncOAuth2Client:
        kind = ECKey if self._signer.alg == "ES256" else RSAKey
        return AsyncOAuth2Client(
            self.provider.client_id,
            kind.import_key(self._signer.pem),
            token_endpoint_auth_method="private_key_jwt",  # noqa: S106 - the name of a method
            scope=self.provider.scope,
            redirect_uri=self.back,
            code_challenge_method="S256",
            timeout=PATIENCE,
        )

    def _short(self) -> dict[str, Any]:
        """Return the claims that make a signed request of ours good for a minute, once."""
        return {"exp": clock.now() // 1000 + SIGNED_FOR}
