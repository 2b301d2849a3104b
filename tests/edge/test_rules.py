"""The edge's rules: what a tag shares and hides, and how long somebody is shut out."""

import itertools
from collections.abc import Callable

import pytest

from server.edge.rules import BLOCKED, HOUR_MS, KEPT_HOURS, LONGEST, LONGEST_LISTED, SETTLES_MS, Tags, part_of

NOW = 500_000 * HOUR_MS + 5


def numbered() -> Callable[[], bytes]:
    """Return a maker of secrets that are told apart."""
    numbers = itertools.count()
    return lambda: next(numbers).to_bytes(32, "big")


@pytest.mark.parametrize(
    ("address", "part"),
    [
        ("192.0.2.7", bytes([192, 0, 2, 7])),
        ("2001:db8:1:2:3:4:5:6", bytes.fromhex("20010db800010002")),
        ("2001:db8:1:2:ffff::9", bytes.fromhex("20010db800010002")),
        ("::ffff:192.0.2.7", bytes([192, 0, 2, 7])),
    ],
)
def test_F6_only_the_part_that_a_household_shares_counts(address: str, part: bytes) -> None:
    """All of IPv4, the first 64 bits of IPv6; IPv4 in the clothes of IPv6 is IPv4."""
    assert part == part_of(address)


@pytest.mark.parametrize("address", ["", "unknown", "192.0.2.7:80", "1.2.3"])
def test_what_is_no_address_has_no_tag(address: str) -> None:
    """A proxy that tells something else is told so."""
    with pytest.raises(ValueError, match="does not appear to be"):
        Tags(numbered()).tag(address, NOW)


def test_F6_one_hour_one_tag_and_two_hours_are_not_linkable() -> None:
    """The same address has one tag in an hour and a wholly other one in the next; two processes never agree."""
    tags, other = Tags(numbered()), Tags(lambda: b"another secret")
    first = tags.tag("192.0.2.7", NOW)

    assert first == tags.tag("192.0.2.7", NOW + HOUR_MS - 10)
    later = tags.tag("192.0.2.7", NOW + HOUR_MS)
    assert not set(_pieces(first)) & set(_pieces(later))
    assert other.tag("192.0.2.7", NOW)[1:] != first[1:]
    assert "192" not in first


def _pieces(tag: str) -> list[str]:
    return [tag[at : at + 4] for at in range(1, len(tag) - 3)]


def test_F6_a_secret_that_nobody_needs_is_let_go_of() -> None:
    """Never more secrets than hours in which a talk may still run."""
    tags = Tags(numbered())
    for hour in range(50):
        tags.tag("192.0.2.7", NOW + hour * HOUR_MS)
        assert tags.secrets <= KEPT_HOURS


def test_a_block_holds_over_the_hours_and_ends() -> None:
    """Whoever was shut out stays out in the hours that follow, for a day at the most, and nobody else with it."""
    tags = Tags(numbered())
    tag = tags.tag("192.0.2.7", NOW)

    assert tags.block(tag, 30 * LONGEST, "one", NOW + HOUR_MS)
    for hour in range(1, 24):
        assert tags.tag("192.0.2.7", NOW + hour * HOUR_MS) == BLOCKED
        assert tags.tag("192.0.2.8", NOW + hour * HOUR_MS) != BLOCKED
    assert tags.tag("192.0.2.7", NOW + HOUR_MS + LONGEST * 1000) != BLOCKED
    assert tags.secrets <= KEPT_HOURS


@pytest.mark.parametrize("tag", ["", "not-a-tag", "?" * 17, BLOCKED])
def test_a_tag_that_is_none_shuts_nobody_out(tag: str) -> None:
    """Nothing is blocked by what this process did not make."""
    tags = Tags(numbered())
    tags.tag("192.0.2.7", 0)  # the hour of the letter a

    assert not tags.block(tag, 60, "one", 0)
    assert tags.tag("192.0.2.7", 0) != BLOCKED


def test_a_tag_of_long_ago_shuts_nobody_out() -> None:
    """Its secret is gone, and with it whoever that was."""
    tags = Tags(numbered())
    tag = tags.tag("192.0.2.7", NOW)

    assert not tags.block(tag, 60, "one", NOW + KEPT_HOURS * HOUR_MS)


def test_a_block_that_two_agreed_on_lasts_for_a_week_and_no_longer() -> None:
    """As the list says, whatever it says beyond that; in the same hour of the next day somebody else is shut out and not this one twice."""
    tags = Tags(numbered())
    assert tags.block(tags.tag("192.0.2.7", NOW), 3600, "one", NOW)
    tags.keep({"one": NOW + 100 * LONGEST * 1000, "unknown": NOW}, NOW)
    assert tags.tag("192.0.2.7", NOW + 6 * LONGEST * 1000) == BLOCKED
    later = NOW + LONGEST * 1000
    assert tags.block(tags.tag("192.0.2.9", later), 3600, "two", later)
    assert tags.tag("192.0.2.9", later) == BLOCKED
    assert tags.tag("192.0.2.7", NOW + LONGEST_LISTED * 1000) != BLOCKED


def test_a_block_that_is_not_on_the_list_is_over() -> None:
    """Lifted: whoever that was is let in. One that was made just now need not be on it yet."""
    tags = Tags(numbered())
    assert tags.block(tags.tag("192.0.2.7", NOW), 3600, "one", NOW)
    tags.keep({}, NOW + SETTLES_MS)
    assert tags.tag("192.0.2.7", NOW + SETTLES_MS) == BLOCKED
    tags.keep({"one": NOW + 60_000}, NOW + 2 * SETTLES_MS)
    assert tags.tag("192.0.2.7", NOW + 2 * SETTLES_MS) == BLOCKED
    tags.keep({}, NOW + 3 * SETTLES_MS)
    assert tags.tag("192.0.2.7", NOW + 3 * SETTLES_MS) != BLOCKED
