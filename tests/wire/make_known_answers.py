"""Makes tests/wire/known_answers/from_python.json: `python -m tests.wire.make_known_answers`.

The keys are fixed, so that a new file differs only in its random nonces and encapsulations. The browser side writes
from_browser.json in the same shape; each half must open both.
"""

import base64
import hashlib
import json
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePrivateKey, derive_private_key
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from server import sealing
from server.wire.frames import Role

FOLDER = Path(__file__).parent / "known_answers"
CONVERSATION = "MzrdsSh0uPYqsmkGZJTcUg"
TALK: list[tuple[Role, str, int, str]] = [
    ("child", "3yNtSXXRBB4mQZrCd2hJwA", 0, "Hei. Er det noen der?"),
    ("counsellor", "pPCUxQqRkTk5bF5a3nPN3w", 0, "Hei! Jeg er her. Du kan skrive så mye eller lite du vil."),
    ("child", "YmD1cQv0eW0mU9r2Nq4K9g", 1, 'Ræd \U0001f49b čáŋđšŧž \u2028 "sitat" \\ <b>&amp;</b>\n' + "å" * 200),
    ("child", "aZ0pV8L3sT6uX9wC2eR5yQ", 2, ""),
    ("counsellor", "Qw3rTy7uI0pAsD4fGhJkLz", 1, "x" * 4000),
]


def fixed_key(name: str) -> EllipticCurvePrivateKey:
    """Return a P-256 key that is the same every time: for tests alone."""
    number = int.from_bytes(hashlib.sha256(f"known answers: {name}".encode()).digest())
    return derive_private_key(number % (2**256 - 2**225) + 1, SECP256R1())


def point(private: EllipticCurvePrivateKey) -> bytes:
    """Return the public half as 65 bytes."""
    return private.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)


def b64(content: bytes) -> str:
    """Return standard base64."""
    return base64.b64encode(content).decode("ascii")


def pkcs8(private: EllipticCurvePrivateKey) -> str:
    """Return the private half as base64 of PKCS #8 DER."""
    return b64(private.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption()))


def answers() -> dict[str, object]:
    """Return one whole talk: keys, wrapped keys, messages, digest and form, sealed by server/sealing.py."""
    registrar, counsellor = fixed_key("registrar"), fixed_key("counsellor")
    key = hashlib.sha256(b"known answers: K").digest()
    reader = sealing.key_id(point(counsellor))
    messages = [_message(key, *said) for said in TALK]
    digest = sealing.talk_digest(CONVERSATION, [base64.b64decode(str(message["box"])) for message in messages]).hex()
    form = _form(len(messages), digest)
    return {
        "registrar_private_pkcs8": pkcs8(registrar),
        "registrar_public": b64(point(registrar)),
        "counsellor_private_pkcs8": pkcs8(counsellor),
        "counsellor_public": b64(point(counsellor)),
        "conversation": CONVERSATION,
        "key": b64(key),
        "wrapped_registrar": b64(sealing.wrap_key(key, point(registrar), sealing.REGISTRAR, CONVERSATION)),
        "wrapped_counsellor": b64(sealing.wrap_key(key, point(counsellor), reader, CONVERSATION)),
        "key_id": reader,
        "messages": messages,
        "digest": digest,
        "form": form,
        "form_box": b64(sealing.seal_form(json.dumps(form, ensure_ascii=False).encode(), point(registrar), CONVERSATION)),
    }


def _message(key: bytes, role: Role, message: str, n: int, text: str) -> dict[str, object]:
    box = sealing.seal_message(key, (CONVERSATION, role, message, n), sealing.Content("text", text))
    return {"role": role, "id": message, "n": n, "text": text, "box": b64(box)}


def _form(seq: int, digest: str) -> dict[str, object]:
    return {
        "who": "child_about_self",
        "seq": seq,
        "digest": digest,
        "conversation": CONVERSATION,
        "age": "10-12",
        "stay_municipality": "4204",
        "reasons": ["violence", "family_relationships"],
        "urgency": "soon",
        "outcomes": ["concern_report", "advice"],
        "duty_to_report": "considered_yes",
        "duty_to_report_reason": "Barnet forteller om vold hjemme.",
        "summary": "Snakket lenge. Vil gå til helsesykepleier i morgen.",
        "counsellor": "Kari",
    }


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    (FOLDER / "from_python.json").write_text(json.dumps(answers(), ensure_ascii=False, indent=1) + "\n", "utf-8")
