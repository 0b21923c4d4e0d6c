"""The picture of the report is what a run of the sample says today."""

import html
import importlib.util
import re

import pytest

CHANGING = re.compile(r"\d\d:\d\d|under 1 s|\b\d+ s\b")


@pytest.fixture
def drawing(root):
    spec = importlib.util.spec_from_file_location("pimflow_docs_draw_report", root / "docs" / "draw_report.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def flat(text):
    return " ".join(CHANGING.sub("", text.replace("\N{NO-BREAK SPACE}", " ")).split())


def shown(svg):
    """What the picture shows, paragraph by paragraph."""
    lines: dict[str, str] = {}
    for y, text in re.findall(r'<text[^>]* y="([\d.]+)"[^>]*>([^<]*)</text>', svg):
        lines[y] = lines.get(y, "") + html.unescape(text)
    return [flat(part) for part in flat("\n".join(lines.values())).split(" - ")]


def test_picture_is_of_a_real_run(drawing, monkeypatch, request):
    for name in ("URL", "CLIENT_ID", "SECRET", "USERNAME", "PASSWORD"):
        monkeypatch.setenv(f"AKENEO_{name}", "sandbox")
    report = drawing.report_of_the_sample()
    if request.config.getoption("--write-expected"):
        drawing.PICTURE.write_text(drawing.draw(drawing.cut(report)), "utf-8")
    head, *causes = shown(drawing.PICTURE.read_text("utf-8"))
    assert head.endswith(flat(report.splitlines()[0])), "python docs/draw_report.py draws it anew"
    assert len(causes) == drawing.CAUSES
    for cause in causes:  # those of equal number come in the order in which batches were answered
        assert cause.removesuffix(" …") in flat(report), "python docs/draw_report.py draws it anew"


def test_pictures_of_products_born_in_the_pim_are_what_the_sample_expects(drawing, request):
    report, products = drawing.born_report(), drawing.born_products()
    if request.config.getoption("--write-expected"):
        drawing.BORN_REPORT.write_text(drawing.draw(report, "pimflow run pim_first_tryton.yaml"), "utf-8")
        drawing.BORN_PRODUCTS.write_text(drawing.draw_products(products), "utf-8")
    seen = flat(" ".join(shown(drawing.BORN_REPORT.read_text("utf-8"))))
    assert seen.endswith(flat(report.replace("\n  - ", " "))), "python docs/draw_report.py draws it anew"
    seen = flat(" ".join(shown(drawing.BORN_PRODUCTS.read_text("utf-8"))))
    assert [status for _, _, status, _ in products] == ["In ERP", "In ERP", "Needs your attention"]
    for word in (word for product in products for cell in product for word in cell.split()):
        assert word in seen, "python docs/draw_report.py draws it anew"


def test_drawing_keeps_every_word(drawing):
    report = "a -> b, 14:15, everything, 2 s: 1 product read.\n  - x: 'y' is wrong.\n    ERP team: " + "mend it " * 40
    assert flat(" ".join(shown(drawing.draw(report)))).endswith(flat(report.replace(" - ", " ")))
