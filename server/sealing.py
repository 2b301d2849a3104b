"""Sealing, exactly as docs/protocol.md section 3 says: padding, message boxes, wrapped keys, form boxes, digests, receipts.

Rules of this file:

1. No key is kept here: every function takes the key it needs. A web worker uses `key_id` and `verify_receipt` only.
2. The constructions are RFC 9180 and AES-256-GCM as `cryptography` makes them; what is ours is which bytes are bound.
3. What does not open raises a SealError. Nothing here returns a part, a guess or the inside of what failed.

SealError
 ├── KeyShapeError     bytes that should be a key are not one
 ├── TooLongError      more text than a box may hold
 ├── CannotOpenError   another key, another place in the talk, or bytes that were changed
 └── ReceiptError      a receipt that does not belong to this package, or was not signed by this registrar
"""

import base64
import hashlib
import secrets
from collections.abc import Iterable

import msgspec
from cryptography.exceptions import InvalidSignature, InvalidTag
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePrivateKey, EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite

from server.wire import package as packages
from server.wire.frames import MAX_BOX, MAX_SEALED_FORM, NONCE_AND_TAG, PROTOCOL, STEP, Role

SUITE = Suite(KEM.P256, KDF.HKDF_SHA256, AEAD.AES_128_GCM)
REGISTRAR = "registrar"
"""The reader's name of the registrar; a counsellor's is the id of her key."""
KEY_BYTES = 32
NONCE_BYTES = 12
ENC_BYTES = 65
HPKE_EXTRA = ENC_BYTES + 16
MESSAGE_STEPS = (MAX_BOX - NONCE_AND_TAG) // STEP
FORM_STEPS = (MAX_SEALED_FORM - HPKE_EXTRA) // STEP
MARK = b"\x80"


class SealError(Exception):
    """Something could not be sealed or opened."""


class KeyShapeError(SealError):
    """These bytes are not a key of the kind that is needed."""


class TooLongError(SealError):
    """The content does not fit in one box."""


class CannotOpenError(SealError):
    """The box was made for another key or place, or was changed on its way."""


class ReceiptError(SealError):
    """The receipt is not this registrar's word for this package."""


class Content(msgspec.Struct, frozen=True):
    """What is in a message box. A reader shows a `kind` it does not know as "cannot be shown", never as text."""

    kind: str
    text: str = ""


# --- padding -----------------------------------------------------------------------------------


def pad(content: bytes, most_steps: int = MESSAGE_STEPS) -> bytes:
    """Return content, 0x80 and zeros up to a multiple of 256 (ISO/IEC 7816-4). Raises TooLongError."""
    steps = len(content) // STEP + 1
    if steps > most_steps:
        raise TooLongError(f"{len(content)} bytes do not fit in {most_steps} steps of {STEP}")
    return (content + MARK).ljust(steps * STEP, b"\0")


def unpad(padded: bytes) -> bytes:
    """Return the content of padded bytes. Raises CannotOpenError when the padding is not exact."""
    content, mark, zeros = padded.rpartition(MARK)
    if not mark or zeros.strip(b"\0") or len(padded) != (len(content) // STEP + 1) * STEP:
        raise CannotOpenError("the padding is not exact")
    return content


# --- keys --------------------------------------------------------------------------------------


def new_key() -> bytes:
    """Return a fresh conversation key: 32 random bytes."""
    return secrets.token_bytes(KEY_BYTES)


def key_id(public: bytes) -> str:
    """Return the id of a public key: 22 characters of unpadded base64url of its SHA-256."""
    return base64.urlsafe_b64encode(hashlib.sha256(public).digest()).decode("ascii")[:22]


def public_key(point: bytes) -> EllipticCurvePublicKey:
    """Return the P-256 public key of an uncompressed point (65 bytes). Raises KeyShapeError."""
    if len(point) != ENC_BYTES:
        raise KeyShapeError(f"an uncompressed P-256 point has {ENC_BYTES} bytes, not {len(point)}")
    try:
        return EllipticCurvePublicKey.from_encoded_point(SECP256R1(), point)
    except ValueError as error:
        raise KeyShapeError("these 65 bytes are not a point of P-256") from error


def wrap_key(key: bytes, reader_key: bytes, reader: str, conversation: str) -> bytes:
    """Wrap a conversation key for a reader: `registrar` or the id of a counsellor's key (113 bytes). Raises KeyShapeError."""
    if len(key) != KEY_BYTES:
        raise KeyShapeError(f"a conversation key has {KEY_BYTES} bytes, not {len(key)}")
    return seal_hpke(key, reader_key, bind("wrap", reader, conversation))


def unwrap_key(wrapped: bytes, private: EllipticCurvePrivateKey, reader: str, conversation: str) -> bytes:
    """Return the conversation key that was wrapped for this reader. Raises CannotOpenError."""
    key = open_hpke(wrapped, private, bind("wrap", reader, conversation))
    if len(key) != KEY_BYTES:
        raise CannotOpenError("what was wrapped is not a conversation key")
    return key


# --- messages ----------------------------------------------------------------------------------


def seal_message(key: bytes, place: tuple[str, Role, str, int], content: Content) -> bytes:
    """Seal a message for its `place`: conversation, role, id and counter. Raises TooLongError."""
    nonce = secrets.token_bytes(NONCE_BYTES)
    return nonce + AESGCM(key).encrypt(nonce, pad(msgspec.json.encode(content)), _place(place))


def open_message(key: bytes, place: tuple[str, str, str, int], box: bytes) -> Content:
    """Open a message in its `place`: conversation, role, id and counter. Raises CannotOpenError."""
    steps, rest = divmod(len(box) - NONCE_AND_TAG, STEP)
    if rest or not 1 <= steps <= MESSAGE_STEPS:
        raise CannotOpenError("a message box has 1 to 33 steps of 256 bytes, a nonce and a tag")
    try:
        return msgspec.json.decode(unpad(AESGCM(key).decrypt(box[:NONCE_BYTES], box[NONCE_BYTES:], _place(place))), type=Content)
    except InvalidTag as error:
        raise CannotOpenError("the box does not belong to this key and this place in the talk") from error
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise CannotOpenError("what was sealed is not a message") from error


def _place(place: tuple[str, str, str, int]) -> bytes:
    conversation, role, message, n = place
    return bind("say", conversation, role, message, str(n))


# --- the form and the digest -------------------------------------------------------------------


def seal_form(form: bytes, registrar_key: bytes, conversation: str) -> bytes:
    """Seal the form's JSON to the registrar. Raises TooLongError and KeyShapeError."""
    return seal_hpke(pad(form, FORM_STEPS), registrar_key, bind("form", conversation))


def open_form(box: bytes, private: EllipticCurvePrivateKey, conversation: str) -> bytes:
    """Return the form's JSON. Raises CannotOpenError."""
    return unpad(open_hpke(box, private, bind("form", conversation)))


def talk_digest(conversation: str, boxes: Iterable[bytes]) -> bytes:
    """Return the digest of a talk whose boxes are given in the order of their `seq`, from 1 (32 bytes)."""
    digest = hashlib.sha256(bind("log", conversation)).digest()
    for box in boxes:
        digest = hashlib.sha256(digest + box).digest()
    return digest


# --- receipts ----------------------------------------------------------------------------------


def sign_receipt(package: packages.Package, entry: int, private: Ed25519PrivateKey) -> packages.Receipt:
    """Return the registrar's signed word that this package is journal entry `entry`."""
    bare = packages.Receipt(package.conversation, package.epoch, packages.digest(package), entry, b"")
    return msgspec.structs.replace(bare, signature=private.sign(packages.receipt_text(bare)))


def verify_receipt(package: packages.Package, receipt: packages.Receipt, receipt_key: bytes) -> None:
    """Check that a receipt is for exactly this package and signed with the registrar's key. Raises ReceiptError."""
    if (receipt.conversation, receipt.epoch, receipt.digest) != (package.conversation, package.epoch, packages.digest(package)):
        raise ReceiptError("the receipt is for another package")
    try:
        Ed25519PublicKey.from_public_bytes(receipt_key).verify(receipt.signature, packages.receipt_text(receipt))
    except (InvalidSignature, ValueError) as error:
        raise ReceiptError("the receipt was not signed by this registrar") from error


# --- pieces ------------------------------------------------------------------------------------


def bind(*parts: str) -> bytes:
    """Return the bytes that bind a box to its purpose and place."""
    return "|".join((PROTOCOL, *parts)).encode()


def contact_name(conversation: str, epoch: str) -> str:
    """Return the hash, in hex, by which a contact is known outside of the store: in the journal and in the audit log."""
    return hashlib.sha256(bind("contact", conversation, epoch)).hexdigest()


def seal_hpke(content: bytes, point: bytes, info: bytes) -> bytes:
    """Seal to a P-256 public key, HPKE base mode: `enc`, then the ciphertext. Raises KeyShapeError."""
    return SUITE.encrypt(content, public_key(point), info=info)


def open_hpke(box: bytes, private: EllipticCurvePrivateKey, info: bytes) -> bytes:
    """Open an HPKE box. Raises CannotOpenError."""
    try:
        return SUITE.decrypt(box, private, info=info)
    except (InvalidTag, ValueError) as error:
        raise CannotOpenError("the box was not sealed to this key for this purpose") from error
