"""The two ceremonies of a passkey (WebAuthn): to make one, and to show that one has it. Pure but for chance.

Rules of this file:

1. Who uses a passkey has shown herself to her device: user verification is required each time, so a passkey is two factors.
2. A passkey is made for our host and shown on our page: the id of the relying party and the origin are compared whole.
3. What a browser sends may be anything: whatever the library makes of it, it is refused and nothing else happens.
"""

import webauthn
from webauthn.helpers import base64url_to_bytes, bytes_to_base64url, options_to_json_dict
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from server.staff.directory import Account, Passkey
from server.staff.party import Json, Party, PasskeyRefused

PATIENCE = 300_000
"""How long a browser waits for a finger or a face (ms)."""


def to_make(party: Party, account: Account, challenge: bytes) -> Json:
    """Return what a browser is told to make a passkey for this account; one that the account has already is not made again."""
    options = webauthn.generate_registration_options(
        rp_id=party.id,
        rp_name=party.name,
        user_id=account.id.encode(),
        user_name=account.name,
        user_display_name=account.name,
        challenge=challenge,
        timeout=PATIENCE,
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.REQUIRED, user_verification=UserVerificationRequirement.REQUIRED
        ),
        exclude_credentials=[PublicKeyCredentialDescriptor(id=base64url_to_bytes(one.id)) for one in account.passkeys],
    )
    return options_to_json_dict(options)


def made(party: Party, challenge: bytes, credential: Json, name: str, now: int) -> Passkey:
    """Return the passkey that a browser has made. Raises PasskeyRefused."""
    try:
        found = webauthn.verify_registration_response(
            credential=credential,
            expected_challenge=challenge,
            expected_rp_id=party.id,
            expected_origin=party.origin,
            require_user_verification=True,
        )
    except Exception as error:
        raise PasskeyRefused from error
    return Passkey(bytes_to_base64url(found.credential_id), found.credential_public_key, found.sign_count, name, now)


def to_show(party: Party, challenge: bytes) -> Json:
    """Return what a browser is told to show a passkey: any of this host that it has, so that nobody types a name."""
    options = webauthn.generate_authentication_options(
        rp_id=party.id, challenge=challenge, timeout=PATIENCE, user_verification=UserVerificationRequirement.REQUIRED
    )
    return options_to_json_dict(options)


def shown(party: Party, challenge: bytes, credential: Json, account: Account, passkey: Passkey) -> int:
    """Return how often the passkey says that it was used (0: it does not count). Raises PasskeyRefused.

    Whether that number may be is not decided here, so that a copied key is told apart from a wrong one (`rules.is_copied`).
    """
    try:
        hers = base64url_to_bytes(credential["response"]["userHandle"]) == account.id.encode()
        found = webauthn.verify_authentication_response(
            credential=credential,
            expected_challenge=challenge,
            expected_rp_id=party.id,
            expected_origin=party.origin,
            credential_public_key=passkey.key,
            credential_current_sign_count=0,
            require_user_verification=True,
        )
    except Exception as error:
        raise PasskeyRefused from error
    if not hers:
        raise PasskeyRefused
    return found.new_sign_count
