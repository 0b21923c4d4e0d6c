"""What is told of a measurement family: its form, its parts, the whole; each case is one fault in a good family."""

from copy import deepcopy

import pytest

FORM = "The measurement family has an invalid format."
RULES = "The measurement family has data that does not comply with the business rules."
SPEED = {
    "code": "Pace",
    "labels": {"en_US": "Pace"},
    "standard_unit_code": "KMH",
    "units": {
        "KMH": {"code": "KMH", "convert_from_standard": [{"operator": "mul", "value": "1"}], "symbol": "km/h"},
        "MPH": {"code": "MPH", "convert_from_standard": [{"operator": "mul", "value": "1.609"}]},
    },
}
MUL = {"operator": "mul", "value": "2"}


def changed(path, value):
    """Return the family with the value at the path; None as value takes the key out."""
    family = deepcopy(SPEED)
    *way, last = path
    target = family
    for key in way:
        target = target[key]
    if value is None:
        del target[last]
    else:
        target[last] = value
    return family


@pytest.mark.parametrize(
    ("path", "value", "message", "errors"),
    [
        (["code"], None, FORM, [("", "The required properties (code) are missing")]),
        (["code"], 5, FORM, [("code", "The data (integer) must match the type: string")]),
        (["units"], None, FORM, [("", "The required properties (units) are missing")]),
        (["units"], {}, FORM, [("units", "The data (array) must match the type: object")]),
        (["labels"], "Pace", FORM, [("labels", "The data (string) must match the type: object, array")]),
        (["labels", "fr_FR"], 1, FORM, [("labels.fr_FR", "The data (integer) must match the type: string")]),
        (["colour"], "red", FORM, [("", "Additional object properties are not allowed: colour")]),
        (
            ["units", "MPH", "code"],
            None,
            FORM,
            [("units.MPH", "The required properties (code) are missing")],
        ),
        (
            ["units", "MPH", "convert_from_standard"],
            [{"operator": "mul", "value": 2}],
            FORM,
            [("units.MPH.convert_from_standard[0].value", "The data (integer) must match the type: string")],
        ),
        (["units", "MPH", "code"], "KNOT", RULES, [("[units][MPH]", "The index does not match the unit code.")]),
        (
            ["code"],
            "pa ce",
            RULES,
            [("code", "This field can only contain letters, numbers, and underscores.")],
        ),
        (
            ["standard_unit_code"],
            "KNOT",
            RULES,
            [
                (
                    "standard_unit_code",
                    (
                        'The "KNOT" standard unit code does not exist in the list of units for the "Pace" '
                        "measurement family."
                    ),
                )
            ],
        ),
        (
            ["labels", "fr_FR"],
            "x" * 101,
            RULES,
            [("labels[fr__f_r]", "This value is too long. It should have 100 characters or less.")],
        ),
        (
            ["units", "MPH", "symbol"],
            "x" * 256,
            RULES,
            [("units[1][symbol]", "This value is too long. It should have 255 characters or less.")],
        ),
        (
            ["units", "MPH", "convert_from_standard"],
            [],
            RULES,
            [("units[1][convert_from_standard]", "A minimum of one conversion operation per unit is required.")],
        ),
        (
            ["units", "MPH", "convert_from_standard"],
            [MUL] * 6,
            RULES,
            [
                (
                    "units[1][convert_from_standard]",
                    "You\u2019ve reached the limit of 5 conversion operations per unit.",
                )
            ],
        ),
        (
            ["units", "MPH", "convert_from_standard", 0],
            {"operator": "pow", "value": "1e3"},
            RULES,
            [
                (
                    "units[1][convert_from_standard][0][operator]",
                    'The "pow" operator is invalid, please use "mul", "div", "add", "sub" instead.',
                ),
                ("units[1][convert_from_standard][0][value]", "The operation value should be a valid number"),
            ],
        ),
        (
            ["units", "KMH", "convert_from_standard", 0, "value"],
            "2",
            RULES,
            [
                (
                    "units[0].convert_from_standard",
                    'The standard unit code of the "Pace" measurement family should be a multiply-by-1 operation',
                )
            ],
        ),
    ],
)
def test_a_fault_of_a_measurement_family_is_told_at_its_place(shop, path, value, message, errors):
    (answer,) = shop.patch("measurement-families", [changed(path, value)]).json()
    assert (answer["status_code"], answer["message"]) == (422, message)
    assert [(error["property"], error["message"]) for error in answer["errors"]] == errors


def test_a_family_is_merged_key_by_key_and_operations_place_by_place(shop):
    assert shop.patch("measurement-families", [SPEED]).json() == [{"code": "Pace", "status_code": 201}]
    two = {"MPH": {"convert_from_standard": [MUL, {"operator": "add", "value": "1"}], "labels": {"en_US": "Miles"}}}
    one = {"MPH": {"convert_from_standard": [{"operator": "div"}], "labels": {"en_US": ""}}}
    for units in (two, one):
        answers = shop.patch("measurement-families", [{"code": "Pace", "units": units}]).json()
        assert answers == [{"code": "Pace", "status_code": 204}]
    found = next(one for one in shop.get("measurement-families").json() if one["code"] == "Pace")
    assert found["units"]["MPH"] == {
        "code": "MPH",
        "labels": {},
        "convert_from_standard": [{"operator": "div", "value": "2"}, {"operator": "add", "value": "1"}],
        "symbol": "",
    }


def test_the_standard_unit_cannot_be_changed(shop):
    shop.patch("measurement-families", [SPEED])
    (answer,) = shop.patch("measurement-families", [{"code": "Pace", "standard_unit_code": "MPH"}]).json()
    assert answer["errors"][0] == {
        "property": "standard_unit_code",
        "message": 'The standard unit code of the "Pace" measurement family cannot be changed',
    }
