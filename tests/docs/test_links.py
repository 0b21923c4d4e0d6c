"""Links between pages lead somewhere, and every page can be reached."""

import re
from pathlib import Path

import yaml

LINK = re.compile(r"(?<!`)\[[^\]\n]*\]\(([^)\s]+)\)")


def _without_code(text):
    return re.sub(r"^```.*?^```$", "", text, flags=re.MULTILINE | re.DOTALL)


def _anchors(page):
    headings = re.findall(r"^#+ (.+)$", _without_code(page.read_text("utf-8")), re.MULTILINE)
    return {re.sub(r"[\s]+", "-", re.sub(r"[^\w\s-]", "", heading.lower()).strip()) for heading in headings}


def test_links_lead_somewhere(page):
    for target in LINK.findall(_without_code(page.read_text("utf-8"))):
        if target.startswith(("http://", "https://")):
            continue
        name, _, anchor = target.partition("#")
        other = (page.parent / name).resolve() if name else page
        assert other.exists(), f"{page} links to {target}"
        if anchor and other.suffix == ".md":
            assert anchor in _anchors(other), f"{page} links to {target}"


def test_pages_of_the_site_do_not_link_out_of_it(root):
    for page in root.glob("docs/**/*.md"):
        for target in LINK.findall(_without_code(page.read_text("utf-8"))):
            if not target.startswith(("http", "#")):
                inside = (page.parent / target.partition("#")[0]).resolve()
                assert inside.is_relative_to(root / "docs"), f"{page} links to {target}"


def test_every_page_is_in_the_navigation(root):
    text = re.sub(r"!!python\S+", "", (root / "mkdocs.yml").read_text("utf-8"))

    def leaves(node):
        if isinstance(node, str):
            yield node
        for child in node.values() if isinstance(node, dict) else node if isinstance(node, list) else ():
            yield from leaves(child)

    listed = set(leaves(yaml.safe_load(text)["nav"]))
    there = {str(page.relative_to(root / "docs")) for page in (root / "docs").glob("**/*.md")}
    assert listed == there


def test_pictures_are_there(root):
    assert Path(root / "docs" / "images" / "report.svg").is_file()
