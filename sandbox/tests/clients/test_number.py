"""Clients register a number, set its profile and settings, and block people."""

import known
import pytest
from ground import PHONE, SECOND_PHONE
from node_client import NodeError
from pywa import types as t
from pywa.errors import BulkBlockingFailed, WhatsAppError
from pywa.types import calls
from samples import FILES
from sandbox_site import NUMBER

PROFILE = {
    "about": "Chairs and more",
    "address": "1 Example Street",
    "description": "We make chairs.",
    "email": "shop@example.com",
    "websites": ["https://shop.example.com"],
}


def test_pywa_registers_and_deregisters(ground, wa):
    assert wa.deregister_phone_number().success
    assert ground.world.numbers[NUMBER].status == "DISCONNECTED"
    with pytest.raises(WhatsAppError) as caught:
        wa.send_text(ground.writer()["bsuid"], "Hello")
    assert caught.value.code == 133010
    number = ground.world.numbers[NUMBER]
    assert wa.register_phone_number(number.pin or "123456").success
    assert number.status == "CONNECTED"


def test_kapso_registers_and_deregisters(ground, kapso):
    number = ground.world.numbers[NUMBER]
    assert kapso("phoneNumbers.deregister", {"phoneNumberId": NUMBER})["success"]
    assert kapso("phoneNumbers.register", {"phoneNumberId": NUMBER, "pin": number.pin or "123456"})["success"]
    assert number.status == "CONNECTED"


def test_clients_read_that_a_pin_is_wrong(ground, wa, kapso):
    ground.control("POST", f"numbers/{NUMBER}", {"pin": "111111"})
    wa.deregister_phone_number()
    with pytest.raises(WhatsAppError) as caught:
        wa.register_phone_number("222222")
    assert caught.value.code == 133005
    with pytest.raises(NodeError) as caught:
        kapso("phoneNumbers.register", {"phoneNumberId": NUMBER, "pin": "222222"})
    assert caught.value.fields["code"] == 133005


def test_pywa_asks_for_another_name(ground, wa):
    assert wa.update_display_name("Chairs and More").success
    assert ground.world.numbers[NUMBER].new_name == "Chairs and More"


def test_pywa_sets_and_reads_the_profile(wa):
    picture = FILES["image"][0]
    assert wa.update_business_profile(**PROFILE, industry=t.Industry.RETAIL).success
    read = wa.get_business_profile()
    assert {name: getattr(read, name) for name in PROFILE} == {**PROFILE, "websites": (PROFILE["websites"][0],)}
    assert read.industry == t.Industry.RETAIL
    assert wa.update_business_profile(profile_picture=picture).success
    assert wa.get_business_profile().profile_picture_url
    # What is not named stays.
    assert wa.update_business_profile(about="Tables, too").success
    assert (wa.get_business_profile().about, wa.get_business_profile().email) == ("Tables, too", PROFILE["email"])


def test_kapso_sets_and_reads_the_profile(kapso):
    given = {**PROFILE, "vertical": "RETAIL"}
    assert kapso("phoneNumbers.businessProfile.update", {"phoneNumberId": NUMBER, **given})["success"]
    fields = "about,address,description,email,websites,vertical"
    read = kapso("phoneNumbers.businessProfile.get", {"phoneNumberId": NUMBER, "fields": fields})["data"][0]
    assert {name: read[name] for name in given} == given


def test_pywa_sets_and_reads_settings(wa):
    calling = calls.CallingSettings(status=calls.CallingSettingsStatus.ENABLED)
    assert wa.update_business_phone_number_settings(calling=calling).success
    keys = t.others.UserIdentityChangeSettings(enable_identity_key_check=True)
    assert wa.update_business_phone_number_settings(user_identity_change=keys).success
    read = wa.get_business_phone_number_settings()
    assert read.calling.status == calls.CallingSettingsStatus.ENABLED
    assert read.user_identity_change.enable_identity_key_check is True
    assert read.storage_configuration.status.value == "DEFAULT"


def test_kapso_sets_and_reads_settings(kapso):
    given = {"phoneNumberId": NUMBER, "calling": {"status": "ENABLED", "callIconVisibility": "DEFAULT"}}
    assert kapso("phoneNumbers.settings.update", given)["success"]
    assert kapso("phoneNumbers.settings.get", {"phoneNumberId": NUMBER})["calling"]["status"] == "ENABLED"


@pytest.mark.parametrize("by", ["phone", "BSUID"])
def test_pywa_blocks_lists_and_unblocks(ground, wa, by):
    customer = ground.writer()
    who = PHONE if by == "phone" else customer["bsuid"]
    (blocked,) = wa.block_users([who]).added_users
    assert (blocked.input, blocked.bsuid) == (who, customer["bsuid"])
    with known.judged("pywa", "list blocked people"):
        assert [one.bsuid for one in wa.get_blocked_users()] == [customer["bsuid"]]
    (freed,) = wa.unblock_users([who]).removed_users
    assert freed.bsuid == customer["bsuid"]
    assert list(wa.get_blocked_users()) == []


def test_pywa_reads_that_some_could_not_be_blocked(ground, wa):
    ground.writer()
    ground.person("Grace", SECOND_PHONE)
    with pytest.raises(BulkBlockingFailed) as caught:
        wa.block_users([PHONE, SECOND_PHONE])
    answer = caught.value.raw_response.json()["block_users"]
    assert [one["input"] for one in answer["added_users"]] == [PHONE]
    assert [one["input"] for one in answer["failed_users"]] == [SECOND_PHONE]
