"""Sealing: what one half seals the other opens, and nothing opens out of its place."""

import base64
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePrivateKey, generate_private_key
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.serialization import load_der_private_key
from hypothesis import assume, given
from hypothesis import strategies as st

from server import sealing
from server.ids import new_id
from server.sealing import CannotOpenError, Content, KeyShapeError, ReceiptError, TooLongError
from server.wire import package as packages
from server.wire.form import parse_form
from server.wire.frames import MAX_BOX, MAX_SEALED_FORM, STEP, Role
from server.wire.package import Receipt
from tests.handoff.talks import Keys, Talk, a_talk, point

ANSWERS = Path(__file__).parent / "wire" / "known_answers"
IDS = st.binary(min_size=16, max_size=16).map(lambda raw: base64.urlsafe_b64encode(raw).decode().rstrip("="))
Place = tuple[str, Role, str, int]
CONTACT = "c9d3ada3a4cc01596eda41be35c475005b9d822f3fc0aef9026aa2201f5b22a8"
SIDES: list[Role] = ["child", "counsellor"]
PLACES: st.SearchStrategy[Place] = st.tuples(IDS, st.sampled_from(SIDES), IDS, st.integers(0, 5000))
KEY = bytes(range(32))
OURS = generate_private_key(SECP256R1())
THEIRS = generate_private_key(SECP256R1())


def b(text: str) -> bytes:
    """Return the bytes of standard base64."""
    return base64.b64decode(text, validate=True)


def private(pkcs8: str) -> EllipticCurvePrivateKey:
    """Return the private key of a known answer."""
    key = load_der_private_key(b(pkcs8), None)
    assert isinstance(key, EllipticCurvePrivateKey)
    return key


# --- known answers -----------------------------------------------------------------------------


@pytest.fixture(params=["from_python.json", "from_browser.json"])
def answers(request: pytest.FixtureRequest) -> dict[str, Any]:
    """One whole talk, sealed by one of the two halves."""
    found: dict[str, Any] = json.loads((ANSWERS / request.param).read_text("utf-8"))
    return found


def test_A5_known_keys_unwrap(answers: dict[str, Any]) -> None:
    """The conversation key opens for the registrar and for the counsellor, and it is the one that was wrapped."""
    registrar, counsellor = private(answers["registrar_private_pkcs8"]), private(answers["counsellor_private_pkcs8"])
    conversation = answers["conversation"]

    assert point(registrar) == b(answers["registrar_public"])
    assert point(counsellor) == b(answers["counsellor_public"])
    assert answers["key_id"] == sealing.key_id(b(answers["counsellor_public"]))
    assert b(answers["key"]) == sealing.unwrap_key(b(answers["wrapped_registrar"]), registrar, "registrar", conversation)
    assert b(answers["key"]) == sealing.unwrap_key(b(answers["wrapped_counsellor"]), counsellor, answers["key_id"], conversation)


def test_known_messages_open(answers: dict[str, Any]) -> None:
    """Every message opens in its place with the text that was sealed, and the digest is that of the boxes."""
    key, conversation = b(answers["key"]), answers["conversation"]
    assert answers["messages"]
    for said in answers["messages"]:
        content = sealing.open_message(key, (conversation, said["role"], said["id"], said["n"]), b(said["box"]))
        assert Content("text", said["text"]) == content

    assert answers["digest"] == sealing.talk_digest(conversation, [b(said["box"]) for said in answers["messages"]]).hex()


def test_known_form_opens(answers: dict[str, Any]) -> None:
    """The form opens for the registrar, is a form, and says what was written."""
    opened = sealing.open_form(b(answers["form_box"]), private(answers["registrar_private_pkcs8"]), answers["conversation"])

    assert answers["form"] == json.loads(opened)
    assert answers["conversation"] == parse_form(opened).conversation
    assert answers["digest"] == parse_form(opened).digest


# --- padding -----------------------------------------------------------------------------------


@given(st.binary(max_size=1100))
def test_A12_padding_comes_off_and_hides_the_length(content: bytes) -> None:
    """Whatever was padded comes back, and only steps of 256 bytes show."""
    padded = sealing.pad(content)

    assert content == sealing.unpad(padded)
    assert len(padded) % 256 == 0
    assert 1 <= len(padded) - len(content) <= 256


@given(st.binary(max_size=1100))
def test_only_exact_padding_comes_off(padded: bytes) -> None:
    """Bytes that `pad` would not have made are refused."""
    try:
        content = sealing.unpad(padded)
    except CannotOpenError:
        return
    assert padded == sealing.pad(content)


@pytest.mark.parametrize("padded", [b"", b"\0" * 256, b"\x80" * 255, b"x" * 256, b"\x80" + b"\0" * 511])
def test_broken_padding_is_refused(padded: bytes) -> None:
    """No mark, no whole step, or more zeros than a step needs."""
    with pytest.raises(CannotOpenError):
        sealing.unpad(padded)


def test_what_is_too_long_is_refused() -> None:
    """The largest message and form fill their boxes; one byte more is refused before it is sealed."""
    place: Place = (new_id(), "child", new_id(), 0)
    room = 33 * 256 - 1 - len('{"kind":"text","text":""}')

    assert len(sealing.seal_message(KEY, place, Content("text", "x" * room))) == MAX_BOX
    with pytest.raises(TooLongError):
        sealing.seal_message(KEY, place, Content("text", "x" * (room + 1)))
    assert len(sealing.seal_form(b"x" * (44 * 256 - 1), point(OURS), new_id())) <= MAX_SEALED_FORM
    with pytest.raises(TooLongError):
        sealing.seal_form(b"x" * (44 * 256), point(OURS), new_id())


# --- A4: what is not in its place is refused, always ------------------------------------------------


@given(PLACES, PLACES, st.text(max_size=300))
def test_A4_a_message_opens_in_its_place_and_in_no_other(place: Place, other: Place, text: str) -> None:
    """A box moved to another conversation, role, id or counter, all at once or one of them, is refused."""
    box = sealing.seal_message(KEY, place, Content("text", text))
    assert Content("text", text) == sealing.open_message(KEY, place, box)

    (talk, role, message, n), (talk2, role2, message2, n2) = place, other
    moved = {other, (talk2, role, message, n), (talk, role2, message, n), (talk, role, message2, n), (talk, role, message, n2)}
    for wrong in moved - {place}:
        with pytest.raises(CannotOpenError):
            sealing.open_message(KEY, wrong, box)


@given(PLACES, st.text(max_size=600), st.data())
def test_a_changed_message_is_refused(place: Place, text: str, data: st.DataObject) -> None:
    """A flipped bit, a cut end, a byte more, two boxes spliced: nothing of it opens."""
    box = sealing.seal_message(KEY, place, Content("text", text))
    at, bit = data.draw(st.integers(0, len(box) - 1)), data.draw(st.integers(0, 7))
    flipped = box[:at] + bytes([box[at] ^ (1 << bit)]) + box[at + 1 :]
    spliced = sealing.seal_message(KEY, place, Content("text", text))[:at] + box[at:]
    broken = {flipped, box[:at], box + b"\0", box[256:], spliced if at else b""} - {box}

    for one in broken:
        with pytest.raises(CannotOpenError):
            sealing.open_message(KEY, place, one)


@given(PLACES, st.binary(min_size=32, max_size=32))
def test_another_key_opens_nothing(place: Place, key: bytes) -> None:
    """A message of another talk's key is refused."""
    assume(key != KEY)
    box = sealing.seal_message(KEY, place, Content("text", "Hei"))
    with pytest.raises(CannotOpenError):
        sealing.open_message(key, place, box)


@given(IDS, IDS, IDS, st.integers(0, 112))
def test_a_wrapped_key_opens_for_its_reader_and_talk_alone(conversation: str, other: str, reader: str, at: int) -> None:
    """Another talk, another reader's name, another key pair or a changed byte: refused."""
    assume(conversation != other)
    wrapped = sealing.wrap_key(KEY, point(OURS), reader, conversation)
    assert KEY == sealing.unwrap_key(wrapped, OURS, reader, conversation)

    changed = wrapped[:at] + bytes([wrapped[at] ^ 1]) + wrapped[at + 1 :]
    wrong = [
        (wrapped, OURS, reader, other),
        (wrapped, OURS, "registrar", conversation),
        (wrapped, THEIRS, reader, conversation),
        (changed, OURS, reader, conversation),
        (wrapped[:-1], OURS, reader, conversation),
        (b"", OURS, reader, conversation),
    ]
    for arguments in wrong:
        with pytest.raises(CannotOpenError):
            sealing.unwrap_key(*arguments)


def test_a_wrapped_key_is_no_form_and_a_form_no_key() -> None:
    """The purpose is bound: one kind of box does not open as the other, though key and talk are the same."""
    conversation = new_id()
    wrapped = sealing.wrap_key(KEY, point(OURS), "registrar", conversation)
    form = sealing.seal_form(b"{}", point(OURS), conversation)

    with pytest.raises(CannotOpenError):
        sealing.open_form(wrapped, OURS, conversation)
    with pytest.raises(CannotOpenError):
        sealing.unwrap_key(form, OURS, "registrar", conversation)
    with pytest.raises(CannotOpenError):
        sealing.open_form(form, OURS, new_id())


def test_a_wrapped_key_of_another_length_is_refused() -> None:
    """HPKE opens, but what is in it is no conversation key."""
    conversation = new_id()
    short = sealing.seal_hpke(b"x" * 31, point(OURS), sealing.bind("wrap", "registrar", conversation))
    with pytest.raises(CannotOpenError):
        sealing.unwrap_key(short, OURS, "registrar", conversation)
    with pytest.raises(KeyShapeError):
        sealing.wrap_key(b"x" * 31, point(OURS), "registrar", conversation)


@pytest.mark.parametrize(
    "bad",
    [b"", b"\x04" + b"\1" * 64, b"\x02" + b"\1" * 32, point(OURS)[:-1], b"\0" * 65],
    ids=["empty", "off the curve", "compressed", "too short", "zeros"],
)
def test_what_is_no_public_key_is_refused(bad: bytes) -> None:
    """Nothing is sealed to a key that is not a point of P-256."""
    with pytest.raises(KeyShapeError):
        sealing.wrap_key(KEY, bad, "registrar", new_id())


@pytest.mark.parametrize(
    "content",
    [b"", b"[]", b'{"kind":1}', b'{"text":"a"}', b"\xff", b'{"kind":"text","text":"\xff"}', b"[" * 8000],
    ids=["nothing", "a list", "a number", "no kind", "no text", "a text that is none", "far too deep"],
)
def test_what_is_no_message_is_refused(content: bytes) -> None:
    """A box that opens but holds something else than a message is as broken as one that does not open."""
    place = (new_id(), "child", new_id(), 0)
    nonce = b"\0" * 12
    box = nonce + AESGCM(KEY).encrypt(nonce, sealing.pad(content), sealing._place(place))
    with pytest.raises(CannotOpenError):
        sealing.open_message(KEY, place, box)


def test_the_largest_message_opens() -> None:
    """What fills the last step to its last byte comes back whole."""
    place: Place = (new_id(), "child", new_id(), 0)
    text = "x" * (sealing.MESSAGE_STEPS * STEP - 1 - len(msgspec.json.encode(Content("text"))) - len(',"text":""'))
    box = sealing.seal_message(KEY, place, Content("text", text))
    assert len(box) == MAX_BOX
    assert sealing.open_message(KEY, place, box).text == text


def test_an_unknown_kind_keeps_its_name() -> None:
    """A reader can tell that it does not know this kind: it is never taken for text."""
    place = (new_id(), "child", new_id(), 0)
    nonce = b"\0" * 12
    padded = sealing.pad(b'{"kind":"drawing","strokes":[1,2]}')
    box = nonce + AESGCM(KEY).encrypt(nonce, padded, sealing._place(place))
    assert sealing.open_message(KEY, place, box).kind == "drawing"


@given(st.lists(st.binary(min_size=1, max_size=40), min_size=1, max_size=6, unique=True), IDS, IDS, st.data())
def test_the_digest_names_one_talk(boxes: list[bytes], conversation: str, other: str, data: st.DataObject) -> None:
    """Another order, a missing or an added message, or another talk gives another digest."""
    assume(conversation != other)
    digest = sealing.talk_digest(conversation, boxes)
    at = data.draw(st.integers(0, len(boxes) - 1))
    others = [boxes[:at] + boxes[at + 1 :], [*boxes, b"more"], boxes[::-1] if len(boxes) > 1 else []]

    assert len(digest) == 32
    assert sealing.talk_digest(other, boxes) != digest
    assert all(sealing.talk_digest(conversation, changed) != digest for changed in others)


# --- receipts ----------------------------------------------------------------------------------

KEYS = Keys()
SIGNED = a_talk(KEYS).package()


def signed() -> Receipt:
    """Return the registrar's word for this package: made anew for each test, so that a test notices how it is made."""
    return sealing.sign_receipt(SIGNED, 17, KEYS.receipt)


def test_a_receipt_verifies() -> None:
    """The registrar's word for a package is accepted with its public key."""
    receipt = signed()
    sealing.verify_receipt(SIGNED, receipt, KEYS.receipt_public)
    assert (receipt.conversation, receipt.epoch, receipt.entry) == (SIGNED.conversation, SIGNED.epoch, 17)
    assert receipt.digest == packages.digest(SIGNED)


@pytest.mark.parametrize(
    "changes",
    [
        {"entry": 18},
        {"epoch": new_id()},
        {"conversation": new_id()},
        {"digest": b"\0" * 32},
        {"signature": b""},
        {"signature": b"\0" * 64},
    ],
)
def test_a_changed_receipt_is_refused(changes: dict[str, Any]) -> None:
    """No field of a receipt can be changed."""
    with pytest.raises(ReceiptError):
        sealing.verify_receipt(SIGNED, msgspec.structs.replace(signed(), **changes), KEYS.receipt_public)


@pytest.mark.parametrize(
    "changes",
    [
        {"entries": SIGNED.entries[:-1]},
        {"form": None},
        {"ending": "unregistered"},
        {"danger": True},
        {"ended_at": 0},
        {"wrapped_key": None},
    ],
)
def test_a_receipt_is_for_one_package(changes: dict[str, Any]) -> None:
    """Whatever differs in the package, the receipt is not for it."""
    with pytest.raises(ReceiptError):
        sealing.verify_receipt(msgspec.structs.replace(SIGNED, **changes), signed(), KEYS.receipt_public)


@pytest.mark.parametrize(
    "key", [Ed25519PrivateKey.generate().public_key().public_bytes_raw(), b"", b"\0" * 31], ids=["another", "none", "short"]
)
def test_a_forged_receipt_is_refused(key: bytes) -> None:
    """A signature that the configured key did not make is refused, and so is a key that is none."""
    with pytest.raises(ReceiptError):
        sealing.verify_receipt(SIGNED, signed(), key)


def test_a_form_opens_for_its_talk_and_for_no_other() -> None:
    """What was sealed as the form of one talk is not the form of another, and its length is hidden in steps."""
    conversation, other, registrar = new_id(), new_id(), generate_private_key(SECP256R1())
    box = sealing.seal_form(b"a form", point(registrar), conversation)

    assert sealing.open_form(box, registrar, conversation) == b"a form"
    assert (len(box) - sealing.HPKE_EXTRA) % STEP == 0
    with pytest.raises(CannotOpenError):
        sealing.open_form(box, registrar, other)
    sealing.seal_form(b"x" * (sealing.FORM_STEPS * STEP - 1), point(registrar), conversation)
    with pytest.raises(TooLongError):
        sealing.seal_form(b"x" * (sealing.FORM_STEPS * STEP), point(registrar), conversation)


def test_padding_is_exact_to_the_last_zero() -> None:
    """Nothing but zeros may stand after the mark, be it a letter."""
    for odd in (b"X", b"\1", b"\0X\0"):
        with pytest.raises(CannotOpenError):
            sealing.unpad(b"a\x80".ljust(STEP - len(odd), b"\0") + odd)


def test_a_contact_has_one_name_outside_of_the_store() -> None:
    """The same for the same visit, another for another epoch: written out, since the journal of years ago knows it by this name."""
    assert sealing.contact_name("c" * 22, "e" * 22) == CONTACT
    assert sealing.contact_name("c" * 22, "f" * 22) != CONTACT


def test_talks_share_no_box() -> None:
    """The same text, sealed twice in the same place, gives two boxes: nothing can be told from equal ciphertexts."""
    talk = Talk(point(OURS))
    place: Place = (talk.conversation, "child", new_id(), 0)
    assert len({sealing.seal_message(KEY, place, Content("text", "Hei")) for _ in range(50)}) == 50


def test_A5_importing_sealing_brings_no_private_key() -> None:
    """After the import the process holds no private key, has read no key file and knows nothing of the registrar."""
    program = (
        "import sys, server.sealing\n"
        "from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey as P\n"
        "from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey as E\n"
        "ours = [module for name, module in sys.modules.items() if name.startswith('server')]\n"
        "assert not [v for module in ours for v in vars(module).values() if isinstance(v, (P, E))]\n"
        "print(*sorted(module.__name__ for module in ours))"
    )
    folder = Path(__file__).parents[1]
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, check=True, cwd=folder, text=True)
    assert ran.stdout.split() == [
        "server",
        "server.ids",
        "server.sealing",
        "server.wire",
        "server.wire.frames",
        "server.wire.order",
        "server.wire.package",
    ]
