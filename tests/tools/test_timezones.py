"""Where a phone rings."""

import pytest

from tools.timezones import possible_zones, zones_of_phone


@pytest.mark.parametrize(
    ("wa_id", "zones"),
    [
        ("12025550143", ("America/New_York",)),
        ("13105550143", ("America/Los_Angeles",)),
        ("18085550143", ("Pacific/Honolulu",)),
        ("14165550143", ("America/Toronto",)),
        ("5511999999999", ("America/Sao_Paulo",)),
        ("447700900123", ()),
        ("", ()),
        (None, ()),
        ("999", ()),
    ],
)
def test_zone_of_a_phone(wa_id, zones):
    assert zones_of_phone(wa_id) == zones


def test_numbers_of_no_place_have_all_zones_of_their_code():
    free_phone = zones_of_phone("18005551234")
    assert {"America/New_York", "America/Los_Angeles", "America/Toronto"} <= set(free_phone)


@pytest.mark.parametrize(
    ("own", "phone", "country", "expected"),
    [
        (None, (), (), ()),
        (None, ("a",), (), ("a",)),
        (None, (), ("a", "b"), ("a", "b")),
        (None, ("a", "b", "x"), ("a", "b", "c"), ("a", "b")),  # +7: only Russia's, or only Kazakhstan's
        (None, ("x",), ("a",), ("x",)),  # another spelling of the same zone: the phone knows better
        ("a", (), (), ("a",)),
        ("a", ("a", "b"), ("a", "b", "c"), ("a",)),
        ("c", ("a", "b"), ("a", "b", "c"), ("c", "a", "b")),  # moved, or a colleague's zone: both count
        ("z", (), ("a",), ("z", "a")),
    ],
)
def test_possible_zones(own, phone, country, expected):
    assert possible_zones(own, phone, country) == expected
