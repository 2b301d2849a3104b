"""A real OpenID provider (idpyoidc) in a process of its own, and what an attacker in it can do: `python -m tests.staff.provider PORT`.

It reads its client from standard input (JSON). `/control` tells it who signs in next, and how its next word is spoilt: with its own key, so
that nothing but what is meant is wrong.
"""

import asyncio
import base64
import json
import sys
import warnings
from typing import Any
from urllib.parse import parse_qsl

warnings.simplefilter("ignore")  # this library's, not ours

import uvicorn  # noqa: E402
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat  # noqa: E402
from cryptojwt.jwk.hmac import SYMKey  # noqa: E402
from cryptojwt.jwk.rsa import new_rsa_key  # noqa: E402
from cryptojwt.jws.jws import JWS  # noqa: E402
from idpyoidc.server import Server  # noqa: E402
from idpyoidc.server.configure import OPConfiguration  # noqa: E402
from starlette.applications import Starlette  # noqa: E402
from starlette.requests import Request  # noqa: E402
from starlette.responses import JSONResponse, PlainTextResponse, RedirectResponse, Response  # noqa: E402
from starlette.routing import Route  # noqa: E402

HIGH = "idporten-loa-high"
OCT = [{"type": "OCT", "use": ["enc"], "kid": "password"}, {"type": "OCT", "use": ["enc"], "kid": "salt"}]
CRYPT = {"kwargs": {"keys": {"key_defs": OCT}, "iterations": 1}}


def configuration(issuer: str) -> dict[str, Any]:
    """Return the provider's settings: code alone, PKCE with S256 alone, `private_key_jwt` alone, back-channel logout."""
    return {
        "issuer": issuer,
        "httpc_params": {"timeout": 5},
        "key_conf": {
            "key_defs": [{"type": "RSA", "use": ["sig"]}, {"type": "EC", "crv": "P-256", "use": ["sig"]}],
            "uri_path": "jwks.json",
        },
        "preference": {
            "response_types_supported": ["code"],
            "grant_types_supported": ["authorization_code"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["RS256", "ES256"],
            "acr_values_supported": [HIGH],
            "backchannel_logout_supported": True,
            "backchannel_logout_session_supported": True,
        },
        "token_handler_args": {
            "code": {"lifetime": 600, "kwargs": {"crypt_conf": CRYPT}},
            "token": {"class": "idpyoidc.server.token.jwt_token.JWTToken", "kwargs": {"lifetime": 3600}},
            "id_token": {"class": "idpyoidc.server.token.id_token.IDToken", "kwargs": {}},
        },
        "endpoint": {
            "provider_config": {
                "path": ".well-known/openid-configuration",
                "class": "idpyoidc.server.oidc.provider_config.ProviderConfiguration",
                "kwargs": {},
            },
            "authorization": {"path": "authorization", "class": "idpyoidc.server.oidc.authorization.Authorization", "kwargs": {}},
            "token": {"path": "token", "class": "idpyoidc.server.oidc.token.Token", "kwargs": {"client_authn_method": ["private_key_jwt"]}},
            "session": {
                "path": "session",
                "class": "idpyoidc.server.oidc.session.Session",
                "kwargs": {"post_logout_uri_path": "out", "signing_alg": "RS256", "logout_verify_url": f"{issuer}/verify_logout"},
            },
        },
        "authentication": {"any": {"acr": HIGH, "class": "idpyoidc.server.user_authn.user.NoAuthn", "kwargs": {"user": "kari"}}},
        "userinfo": {"class": "idpyoidc.server.user_info.UserInfo", "kwargs": {"db": {name: {} for name in ("kari", "ola", "nobody")}}},
        "authz": {
            "class": "idpyoidc.server.authz.AuthzHandling",
            "kwargs": {
                "grant_config": {
                    "usage_rules": {
                        "authorization_code": {"supports_minting": ["access_token", "id_token"], "max_usage": 1},
                        "access_token": {},
                    },
                    "expires_in": 43200,
                }
            },
        },
        "session_params": {"encrypter": CRYPT},
        "cookie_handler": {
            "class": "idpyoidc.server.cookie_handler.CookieHandler",
            "kwargs": {
                "keys": {"key_defs": [{"type": "OCT", "use": ["enc"], "kid": "enc"}, {"type": "OCT", "use": ["sig"], "kid": "sig"}]},
                "name": {"session": "op", "register": "op_reg", "session_management": "op_man"},
                "flags": {"samesite": "None", "httponly": True, "secure": True},
            },
        },
        "add_on": {
            "pkce": {
                "function": "idpyoidc.server.oauth2.add_on.pkce.add_support",
                "kwargs": {"essential": True, "code_challenge_method": "S256"},
            }
        },
    }


class Provider:
    """The library's provider behind HTTP."""

    def __init__(self, issuer: str, client: dict[str, Any]) -> None:
        """One client, known by its public key."""
        self.issuer, self.client = issuer, client
        self.server = Server(OPConfiguration(conf=configuration(issuer), base_path="."), cwd=".")
        self.context = self.server.context
        self.server.get_endpoint("token").allowed_targets.append("")  # a signed request may name the issuer, as ID-porten wants it
        self.context.cdb[client["client_id"]] = {
            "client_id": client["client_id"],
            "redirect_uris": [(uri, {}) for uri in client["redirect_uris"]],
            "post_logout_redirect_uri": [(uri, {}) for uri in client["post_logout_redirect_uris"]],
            "backchannel_logout_uri": client["backchannel_logout_uri"],
            "backchannel_logout_session_required": True,
            "token_endpoint_auth_method": "private_key_jwt",
            "response_types_supported": ["code"],
            "grant_types_supported": ["authorization_code"],
            "allowed_scopes": ["openid"],
            "id_token_signed_response_alg": "RS256",
        }
        self.context.keyjar.import_jwks(client["jwks"], client["client_id"])
        # No client signs a request to end a session; this version asks for one and then stumbles over having none.
        self.server.get_endpoint("session").client_authentication = lambda *_, **__: {}
        self.control: dict[str, Any] = {}
        self.seen: list[dict[str, Any]] = []

    async def tell(self, request: Request) -> Response:
        """`POST`: who signs in and how the next word is spoilt. `GET`: what came to the doors."""
        if request.method == "POST":
            self.control = await request.json()
            self.context.authn_broker["any"]["method"].user = self.control.get("user", "kari")
            self.seen.clear()
        return JSONResponse(self.seen)

    def ask(self, name: str, given: dict[str, str], request: Request) -> dict[str, Any]:
        """Let the library answer at one of its doors."""
        endpoint = self.server.get_endpoint(name)
        cookies = [{"name": key, "value": value} for key, value in request.cookies.items()]
        info = {"headers": dict(request.headers), "url": str(request.url), "method": request.method, "cookie": cookies}
        self.seen.append({"door": name, **given})
        parsed = endpoint.parse_request(given, http_info=info)
        if "error" in parsed:
            return {"error": parsed.to_dict()}
        answer = endpoint.process_request(parsed, http_info=info)
        if "redirect_location" in answer or ("error" in answer and "response_args" not in answer):
            return dict(answer)
        return {"cookie": answer.get("cookie", []), **endpoint.do_response(request=parsed, **answer)}

    async def configuration(self, request: Request) -> Response:
        """Tell where the doors are."""
        return PlainTextResponse(self.ask("provider_config", {}, request)["response"], media_type="application/json")

    async def keys(self, _: Request) -> Response:
        """Publish the keys."""
        return JSONResponse(self.context.keyjar.export_jwks())

    async def authorization(self, request: Request) -> Response:
        """Sign somebody in, without asking, and send the browser back."""
        answer = self.ask("authorization", dict(request.query_params), request)
        if "response" not in answer:
            return JSONResponse(answer.get("error", "?"), 400)
        return cookied(RedirectResponse(answer["response"], 303), answer)

    async def token(self, request: Request) -> Response:
        """Give a word for a code; spoilt, if the attacker says so."""
        answer = self.ask("token", dict(parse_qsl((await request.body()).decode())), request)
        given = json.loads(answer["response"]) if isinstance(answer.get("response"), str) else answer
        if "id_token" not in given:
            return JSONResponse(given.get("error", given) if isinstance(given.get("error"), dict) else given, 400)
        if self.control.keys() & {"claims", "without", "sign"}:
            given["id_token"] = self.spoilt(given["id_token"])
        return JSONResponse(given)

    async def session(self, request: Request) -> Response:
        """Begin to sign somebody out here too."""
        answer = self.ask("session", dict(request.query_params), request)
        return RedirectResponse(answer["redirect_location"], 303)

    async def verify_logout(self, request: Request) -> Response:
        """Sign her out of this session, tell our site by the back channel, and send the browser on."""
        endpoint = self.server.get_endpoint("session")
        info = endpoint.unpack_signed_jwt(request.query_params["sjwt"])
        await asyncio.to_thread(endpoint.do_verified_logout, sid=info["sid"])
        response = RedirectResponse(info["redirect_uri"], 303)
        for name in request.cookies:
            response.delete_cookie(name, secure=True, httponly=True, samesite="none")
        return response

    async def logout_token(self, request: Request) -> Response:
        """`POST` claims: return them signed with the provider's own key, as an attacker in it or a fault would."""
        asked = await request.json()
        return PlainTextResponse(self.signed(asked["claims"], asked.get("sign", "RS256")))

    def spoilt(self, token: str) -> str:
        """Return the word with other claims, signed as the attacker says."""
        claims = payload(token) | self.control.get("claims", {})
        for name in self.control.get("without", []):
            claims.pop(name, None)
        return self.signed(claims, self.control.get("sign", "RS256"))

    def signed(self, claims: dict[str, Any], how: str) -> str:
        """Return claims signed with the provider's key, with nothing, or with its public key as a shared secret."""
        keys = self.context.keyjar.get_signing_key(owner="")
        rsa = next(key for key in keys if key.kty == "RSA")
        if how == "none":
            return str(JWS(json.dumps(claims), alg="none").sign_compact([]))
        if how == "HS256":
            pem = rsa.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
            return str(JWS(json.dumps(claims), alg="HS256", kid=rsa.kid).sign_compact([SYMKey(key=pem, kid=rsa.kid)]))
        if how == "other":
            return str(JWS(json.dumps(claims), alg="RS256").sign_compact([new_rsa_key(kid=rsa.kid)]))
        return str(JWS(json.dumps(claims), alg="RS256").sign_compact([rsa]))

    def routes(self) -> list[Route]:
        """Return the doors."""
        return [
            Route("/.well-known/openid-configuration", self.configuration),
            Route("/jwks.json", self.keys),
            Route("/authorization", self.authorization),
            Route("/token", self.token, methods=["POST"]),
            Route("/session", self.session),
            Route("/verify_logout", self.verify_logout),
            Route("/control", self.tell, methods=["GET", "POST"]),
            Route("/sign", self.logout_token, methods=["POST"]),
        ]


def payload(token: str) -> dict[str, Any]:
    """Return what a word says."""
    middle = token.split(".")[1]
    return dict(json.loads(base64.urlsafe_b64decode(middle + "=" * (-len(middle) % 4))))


def cookied(response: Response, answer: dict[str, Any]) -> Response:
    """Give the browser the provider's cookies."""
    for one in answer["cookie"]:
        if one["value"]:
            response.set_cookie(one["name"], one["value"], secure=True, httponly=True, samesite="none")
    return response


if __name__ == "__main__":
    client = json.loads(sys.stdin.read())
    provider = Provider(client["issuer"], client)
    uvicorn.run(Starlette(routes=provider.routes()), host="127.0.0.1", port=int(sys.argv[1]), log_level="error")
