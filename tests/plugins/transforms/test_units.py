import csv
import json
from decimal import Decimal
from importlib.resources import files

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from pimflow import BadValue
from pimflow_transforms.measures.known import Units
from pimflow_transforms.measures.transform import MeasureUnits

LINES = list(csv.DictReader((files("pimflow_transforms.measures") / "units.csv").read_text().splitlines()))
INSTALLED = json.loads((files("pimflow_akeneo_sandbox") / "loading" / "installed.json").read_text())
FAMILIES = INSTALLED["measurement_families"]
WORDS = [
    *("m", "kg", "°C", "%", "nan", "e", "dB", "kilodegC", "square", "per", "number", "1j", "Ω", "½", "ⅷ", "[x]"),
    *("²", "⁻⁹", "**9", "**0", "^-3", "**-3", "/", "*", " ", "·", "(", ")", "9", ".", ",", "\t", "\n", "="),
]
"""What pint knows or has grammar for."""


def measured(amount, unit=None, **options):
    if unit is not None:
        options["unit_from"] = "unit"
    _, step = MeasureUnits(columns={"amount": options}).compile(("amount", "unit"), lambda _: True)
    return step((amount, unit))[0]


@pytest.mark.parametrize(
    ("unit", "codes", "made"),
    [
        ("KGM", "un_ece", "12.5 KILOGRAM"),
        ("MTK", "un_ece", "12.5 SQUARE_METER"),
        ("ST", "sap", "12.5 PIECE"),
        ("CCM", "sap", "12.5 CUBIC_CENTIMETER"),
        ("Dozens", "odoo", "12.5 DOZEN"),
        ("Kg", "erpnext", "12.5 KILOGRAM"),
        ("Nos", "erpnext", "12.5 PIECE"),
        ("kg", None, "12.5 KILOGRAM"),
        ("Meter", None, "12.5 METER"),
        ("gram", "un_ece", "12.5 GRAM"),
        ("CENTIMETER", None, "12.5 CENTIMETER"),
    ],
)
def test_codes_names_and_symbols_become_codes_of_akeneo(unit, codes, made):
    assert measured("12.50", unit, codes=codes) == made


def test_one_unit_for_all():
    _, step = MeasureUnits(columns={"amount": {"unit": "cm"}}).compile(("amount",), lambda _: True)
    assert step((3,)) == ["3 CENTIMETER"]


@pytest.mark.parametrize(
    ("amount", "unit", "to", "made"),
    [
        ("500", "GRM", "KILOGRAM", "0.5 KILOGRAM"),
        ("1", "LBR", "GRAM", "453.59237 GRAM"),
        ("10", "INH", "CENTIMETER", "25.4 CENTIMETER"),
        ("100", "FAH", "CELSIUS", "37.777778 CELSIUS"),
        ("2", "GLL", "LITER", "7.570824 LITER"),
        ("1", "DZN", "PIECE", "12 PIECE"),
        ("2", "KGM", "KILOGRAM", "2 KILOGRAM"),
        ("1", "OZI", "MILLILITER", "28.413063 MILLILITER"),
    ],
)
def test_amounts_are_converted(amount, unit, to, made):
    number, code = measured(amount, unit, codes="un_ece", to=to).split()
    wanted, wanted_code = made.split()
    assert code == wanted_code
    assert abs(Decimal(number) - Decimal(wanted)) <= Decimal("0.000001")


def test_an_ounce_is_of_weight_or_of_volume_as_the_target_is():
    assert measured("16", "OUNCE", to="POUND") == "1 POUND"
    assert measured("160", "OUNCE", to="GALLON").split()[1] == "GALLON"


@pytest.mark.parametrize(
    ("amount", "unit", "options", "reason"),
    [
        ("5", "EA", {"to": "RADIAN"}, "whose unit piece cannot become radian: they measure different things"),
        ("x", "KGM", {}, "which is not a number"),
        ("5", "", {}, "which has no unit"),
        ("5", "firkins", {}, "whose unit 'firkins' is not known"),
        ("5", "MTR", {"to": "KILOGRAM"}, "whose unit meter cannot become kilogram: they measure different things"),
        ("5", "STN", {}, "whose unit ton Akeneo does not have"),
    ],
)
def test_what_cannot_be_measured_is_told(amount, unit, options, reason):
    cell = measured(amount, unit, codes="un_ece", **options)
    assert isinstance(cell, BadValue)
    assert (cell.problem.field, cell.problem.value, cell.problem.reason) == ("amount", amount, reason)


@pytest.mark.parametrize("empty", [None, ""])
def test_an_empty_amount_stays_empty_whatever_its_unit(empty):
    assert measured(empty, "firkins") is empty


def test_the_check_knows_the_unit_that_all_amounts_get():
    transform = MeasureUnits(columns={"weight": {"unit_from": "u", "to": "GRAM"}, "length": "u"})
    found = transform.expected({})
    assert (found["weight"].unit, found["length"].unit) == ("GRAM", "")


@pytest.mark.parametrize(
    "options", [{}, {"unit": "firkins"}, {"unit": "kg", "unit_from": "u"}, {"unit_from": "u", "to": "firkin"}]
)
def test_options_that_cannot_work_are_told(options):
    with pytest.raises(ValidationError):
        MeasureUnits(columns={"amount": options})


def test_each_code_means_one_unit():
    for codes in ("un_ece", "sap", "odoo", "erpnext"):
        found = [code for line in LINES for code in line[codes].split("|") if code]
        assert len(found) == len(set(found)), codes


def test_every_code_of_akeneo_in_the_table_is_one_of_a_measurement_family():
    known = {code for family in FAMILIES.values() for code in family["units"]}
    assert {line["akeneo"] for line in LINES} - known == {""}


# Akeneo itself installs factors of volume flows that multiply by 60 where they should divide.
@pytest.mark.parametrize("family", sorted(set(FAMILIES) - {"VolumeFlow"}))
def test_what_the_table_converts_akeneo_converts_alike(family):
    """Within a thousandth, as Akeneo's own factors are rounded; temperatures, which also add something, are above."""
    described = FAMILIES[family]
    units = Units(None)
    (standard, *_) = units.named(described["standard"])
    for line in LINES:
        steps = described["units"].get(line["akeneo"], [None, None, []])[2]
        unit = next((one for one in units.named(line["akeneo"] or line["pint"]) if one.is_compatible_with(standard)), 0)
        if unit and steps and all(step[0] in {"mul", "div"} for step in steps):
            assert abs(units.converted(Decimal(1), unit, standard) / factor(steps) - 1) < Decimal("0.001"), line


def factor(steps):
    found = Decimal(1)
    for operation, value in steps:
        found = found * Decimal(value) if operation == "mul" else found / Decimal(value)
    return found


NO_UNITS = [
    *('"', "'", "\x00", "((((", "kg*", "5 kg", "nan", "__class__", "m**0", "m*" * 5000 + "m", "k" * 5000),
    *("dBm", "neper", "9**9**9", "m**9**9**9", "m⁹ ⁹ ⁹", "2**9999999"),
]


@pytest.mark.parametrize("unit", NO_UNITS, ids=range(len(NO_UNITS)))
def test_whatever_stands_for_a_unit_costs_the_value(unit):
    assert "is not known" in measured("1", unit).problem.reason


@given(st.text(max_size=40) | st.lists(st.sampled_from(WORDS), max_size=12).map("".join))
def test_any_text_is_a_unit_or_costs_the_value(unit):
    assert isinstance(measured("1", unit), BadValue | str)


def test_units_of_the_table_are_known_by_their_names():
    known = Units(None)
    assert all(known.named(line["pint"]) for line in LINES)


def test_units_with_a_power_are_known():
    assert measured("2", "m2") == "2 SQUARE_METER"
    assert measured("2", "m²") == measured("2", "square  meter") == measured("2", "m ^ 2") == "2 SQUARE_METER"
    assert measured("2", "km per hour") == measured("2", "km·h⁻¹") == "2 KILOMETER_PER_HOUR"
    assert measured("2", "°C") == "2 CELSIUS"
    assert measured("2", "cm3") == "2 CUBIC_CENTIMETER"
    assert measured("2", "lb(s)", codes="odoo") == "2 POUND"


def test_an_amount_that_is_none_is_not_the_fault_of_its_unit():
    assert measured("twelve", "kg").problem.remedy == "Correct it there."


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"unit": "kg", "to": "METER"}, "unit kilogram cannot become meter"),
        ({"unit": "parsnip"}, "unit 'parsnip' is not known"),
        ({"unit": "kg", "to": "NONE"}, "unit 'NONE' is not known"),
    ],
)
def test_units_of_the_pipeline_are_checked_before_anything_runs(options, told):
    with pytest.raises(ValidationError) as caught:
        MeasureUnits(columns={"amount": options})
    assert told in str(caught.value)
    assert "whose" not in str(caught.value)
