"""A browser for the tests that look at a page: Chromium, without a window.

Whichever is on PATH is used; nothing is downloaded. Tests that want one are skipped
where there is none, unless ``GRAPHDIFF_BROWSER=required`` says that there must be.
"""

import os
import shutil

import pytest

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")

# The sandbox of Chromium does not start for root, nor in most containers. The rest
# keeps it from reaching out by itself.
OPTIONS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--no-first-run",
)


def find_browser():
    """The path of a browser; skips or fails the test where there is none."""
    found = next(filter(None, map(shutil.which, NAMES)), None)
    if found is None:
        message = f"no browser on PATH (looked for {', '.join(NAMES)})"
        if os.environ.get("GRAPHDIFF_BROWSER") == "required":
            pytest.fail(message)
        pytest.skip(message)
    return found


@pytest.fixture(scope="session")
def browser():
    """A browser that runs, as ``playwright`` drives it: ``browser.new_page()``."""
    path = find_browser()
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=path, args=[*OPTIONS])
        yield running
        running.close()
