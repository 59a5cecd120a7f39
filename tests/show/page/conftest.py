"""One tab for all tests of pages: each opens what it looks at in it."""

import pytest


@pytest.fixture(scope="package")
def tab(browser):
    context = browser.new_context(has_touch=True)
    page = context.new_page()
    page.set_default_timeout(5000)
    yield page
    context.close()
