"""The pages of the site that are neither tutorial nor how-to do what they say, and those of plugins; see `reader`."""

from .reader import do


def is_mine(page):
    """Files of tests run side by side, pages of one file do not."""
    return page.parent.name not in {"how-to", "tutorial"}


def test_page_does_what_it_says(page, blocks, place, pages, request):
    do(page, blocks, place, pages, write=request.config.getoption("--write-expected"))
