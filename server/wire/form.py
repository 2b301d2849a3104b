"""The registration form: what a counsellor writes down about a contact, before it is sealed.

The server never sees this struct filled in: the staff browser builds the JSON and seals it; the registrar opens it.
Codes are Child Helpline International's reason groups and the service's own four outcomes.
"""

from typing import Annotated, Literal

import msgspec

from server.wire.frames import Count, Id

Who = Literal["child_about_self", "young_person", "adult_worried", "other", "silent", "test", "abusive"]
"""`silent`, `test` and `abusive` are no contacts: nothing else needs to be answered."""
AgeBand = Literal["unknown", "0-5", "6-9", "10-12", "13-15", "16-17", "18-24", "25+"]
Gender = Literal["unknown", "girl", "boy", "other"]
Reason = Literal[
    "missing_children",
    "violence",
    "mental_health",
    "physical_health",
    "access_to_services",
    "discrimination",
    "family_relationships",
    "peer_relationships",
    "education_occupation",
    "sexuality",
]
Urgency = Literal["unknown", "low", "soon", "now"]
Outcome = Literal["immediate_help", "concern_report", "other_services", "advice"]
ImmediateHelp = Literal["police", "out_of_hours_doctor"]
Considered = Literal["not_considered", "considered_no", "considered_yes"]
Municipality = Annotated[str, msgspec.Meta(pattern=r"^\d{4}$")]
Words = Annotated[str, msgspec.Meta(max_length=4000)]
Phrase = Annotated[str, msgspec.Meta(max_length=1000)]
Notes = Annotated[str, msgspec.Meta(max_length=1500)]
Called = Literal["police", "ambulance", "fire", "out_of_hours_doctor", "child_welfare", "other"]
Told = Literal["unsaid", "told", "not_safe"]
"""Whether the child was told before somebody was called; `not_safe`: that would have put it in danger."""


class Call(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Somebody was called about this talk: who, at which number, and when (ms)."""

    who: Called
    at: int
    number: Annotated[str, msgspec.Meta(max_length=20)] = ""
    told: Told = "unsaid"


class Form(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One written-up contact. `seq` and `digest` (hex) bind it to the talk that the counsellor saw."""

    who: Who
    seq: Count
    digest: Annotated[str, msgspec.Meta(pattern=r"^[0-9a-f]{64}$")]
    conversation: Id
    age: AgeBand = "unknown"
    gender: Gender = "unknown"
    stay_municipality: Municipality | None = None
    """Where the child is now: that municipality is responsible (barnevernsloven § 15-4)."""
    home_municipality: Municipality | None = None
    reasons: list[Reason] = []
    urgency: Urgency = "unknown"
    outcomes: list[Outcome] = []
    immediate_help: list[ImmediateHelp] = []
    duty_to_report: Considered = "not_considered"
    """barnevernsloven § 13-2."""
    duty_to_report_reason: Phrase = ""
    duty_to_avert: Considered = "not_considered"
    """straffeloven § 196."""
    duty_to_avert_reason: Phrase = ""
    summary: Words = ""
    notes: Notes = ""
    """What the counsellor wrote for herself and for whoever took the talk over."""
    calls: list[Call] = []
    second: Annotated[str, msgspec.Meta(max_length=80)] = ""
    """Who else has signed it, where the helpline asks two to sign a concern report."""
    counsellor: Annotated[str, msgspec.Meta(max_length=80)] = ""


def parse_form(text: bytes) -> Form:
    """Return the form in an opened, unpadded form box. Raises msgspec.ValidationError."""
    return msgspec.json.decode(text, type=Form)
