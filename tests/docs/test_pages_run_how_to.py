"""The first half of the how-to pages does what it says; see `reader`."""

from .reader import do


def is_mine(page):
    """Files of tests run side by side, pages of one file do not."""
    return page.parent.name == "how-to" and page.name < "j"


def test_page_does_what_it_says(page, blocks, place, pages, request):
    do(page, blocks, place, pages, write=request.config.getoption("--write-expected"))
