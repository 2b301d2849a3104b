"""T1: what each role may, walked cell by cell: every page of the running application and every frame of the wire."""

from itertools import combinations
from typing import get_args

import pytest

from server.staff.roles import ALL, AT_A_DESK, FRAMES, NOBODY, PAGES, ROLES, Role, home, may, may_change, may_give
from server.wire import frames as f

TAGS = sorted(str(frame.__struct_config__.tag) for frame in get_args(f.StaffFrame))
COMBINATIONS = [roles for size in range(len(ROLES) + 1) for roles in combinations(ROLES, size)]


def test_T1_every_frame_has_its_row_and_every_row_its_frame() -> None:
    """No frame is allowed by default, and none is listed that does not exist."""
    assert sorted(FRAMES) == TAGS


def test_T1_no_row_is_empty_and_none_names_an_unknown_role() -> None:
    """Each row names roles that exist; what needs no session is only the ways in."""
    for allowed in (*PAGES.values(), *FRAMES.values()):
        assert allowed is None or NOBODY < allowed <= ALL
    ways_in = ("/staff/sign-in", "/staff/passkey", "/staff/invitation", "/staff/elsewhere/")
    assert all(path.startswith(ways_in) for (_, path), allowed in PAGES.items() if allowed is None)


@pytest.mark.parametrize("roles", COMBINATIONS)
def test_T1_a_person_may_what_one_of_her_roles_may(roles: tuple[Role, ...]) -> None:
    """For every combination of roles and every row: allowed exactly when a role of hers is named."""
    for allowed in (*PAGES.values(), *FRAMES.values()):
        if allowed is not None:
            assert may(roles, allowed) == any(role in allowed for role in roles)
    assert not may(roles, NOBODY)


def test_T1_who_looks_after_people_or_reads_the_audit_log_sees_no_talk() -> None:
    """No frame and no page of a desk is open to an auditor or an administrator."""
    for allowed in FRAMES.values():
        assert NOBODY < allowed <= AT_A_DESK
    for role in ("auditor", "administrator"):
        assert not may([role], PAGES["GET", "/staff"] or ALL)


@pytest.mark.parametrize("roles", COMBINATIONS[1:])
def test_T1_everybody_is_led_to_a_page_that_is_hers(roles: tuple[Role, ...]) -> None:
    """After signing in nobody stands before a closed door."""
    assert may(roles, PAGES["GET", home(roles)] or ALL)


@pytest.mark.parametrize("roles", COMBINATIONS)
def test_T1_a_shift_lead_looks_after_counsellors_alone(roles: tuple[Role, ...]) -> None:
    """Whoever has any other role is an administrator's; who is neither lead nor administrator changes nobody and gives nothing."""
    for theirs in COMBINATIONS[1:]:
        lead = "shift_lead" in roles and theirs == ("counsellor",)
        assert may_change(roles, theirs) == ("administrator" in roles or lead)
    expected = ROLES if "administrator" in roles else ("counsellor",) if "shift_lead" in roles else ()
    assert may_give(roles) == expected
