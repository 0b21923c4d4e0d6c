"""What ships for products that are born in the PIM: the tag, the status, the reason, and what comes back."""

import yaml

from pimflow_akeneo.provisioning import calling

from .provision_setup import told


def shipped(path):
    return yaml.safe_load(path.read_text("utf-8"))


def test_one_command_prepares_an_existing_pim_and_the_second_time_writes_nothing(desk):
    done = desk.hand_over("--all-families")
    assert told(done) == []
    assert {"send_to_erp", "hand_over_status", "hand_over_reason"} <= {
        one["code"] for one in desk.pim.store.structure["attributes"]
    }
    before = desk.writes()
    again = desk.hand_over("--all-families")
    assert (set(again["counts"]), desk.writes()) == ({"unchanged"}, before)
    assert "send_to_erp" in desk.record("families", "footwear")["attributes"]


def test_the_status_is_told_in_the_words_of_the_product_manager(desk):
    desk.hand_over()
    options = [one for one in desk.pim.store.structure["attribute_options"] if one["attribute"] == "hand_over_status"]
    assert {one["code"]: one["labels"]["en_US"] for one in options} == {
        "waiting": "Waiting",
        "sent": "Sent to ERP",
        "in_erp": "In ERP",
        "attention": "Needs your attention",
    }
    assert desk.record("attributes", "send_to_erp")["labels"]["en_US"] == "Send to ERP"


def test_what_comes_back_is_as_in_the_other_file_that_ships():
    mine, erp = shipped(calling.HAND_OVER)["attributes"], shipped(calling.ERP)["attributes"]
    back = {code: attribute for code, attribute in mine.items() if attribute["group"] == "erp"}
    assert len(back) > 3
    assert {code: erp[code] for code in back} == back


def test_both_files_can_be_used_one_after_the_other(desk):
    desk.hand_over()
    assert told(desk.erp()) == []
    assert set(desk.hand_over()["counts"]) == {"unchanged"}


def test_the_file_is_printed_to_be_made_ones_own(desk):
    assert "send_to_erp:" in desk.printed("akeneo", "provision", "--hand-over", "--print")
    assert "one of them" in desk.printed("akeneo", "provision", "--hand-over", "--erp", code=2)
