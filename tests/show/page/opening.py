"""Pages opened in a browser, watched for everything that must not happen."""

from contextlib import contextmanager


class Opened:
    """A page of a graph, as a reader has it before them."""

    def __init__(self, page, troubles):
        self.page = page
        self.troubles = troubles

    def press(self, *keys):
        for key in keys:
            self.page.keyboard.press(key)

    def click(self, selector):
        self.page.click(selector)

    def text(self, selector):
        return self.page.inner_text(selector)

    def texts(self, selector):
        return self.page.locator(selector).all_text_contents()

    def count(self, selector):
        return self.page.locator(selector).count()

    def colour(self, selector, what="backgroundColor"):
        script = "([s, w]) => getComputedStyle(document.querySelector(s))[w]"
        return self.page.evaluate(script, [selector, what])

    def box(self, name):
        """The selector of the box of this name."""
        script = "name => data.boxes.find((box) => box.name === name).id"
        found = self.page.evaluate(_with_data(script), name)
        return f"#{found}"

    def selected(self):
        """The name of the box that is chosen."""
        chosen = self.page.locator("[role=option][aria-selected=true] .name")
        return chosen.first.text_content()


def _with_data(script):
    """`script` with the data of the page in reach, which its module keeps to itself."""
    start = "JSON.parse(document.getElementById('data').textContent)"
    return f"(argument) => {{ const data = {start}; return ({script})(argument); }}"


@contextmanager
def opened(tab, path, source, width=1200, height=800, **media):
    """`source` opened in `tab`: it must ask for nothing, not warn, open no dialog."""
    path.write_text(source, encoding="utf-8")
    troubles = []
    watchers = {
        "console": lambda message: troubles.append(message.text),
        "pageerror": lambda error: troubles.append(str(error)),
        "dialog": lambda dialog: (troubles.append("dialog"), dialog.dismiss()),
        "request": lambda request: troubles.append(request.url),
    }
    tab.set_viewport_size({"width": width, "height": height})
    calm = {"color_scheme": "light", "reduced_motion": "reduce", "media": "screen"}
    tab.emulate_media(**{**calm, **media})
    for event, watcher in watchers.items():
        tab.on(event, watcher)
    try:
        tab.goto(path.as_uri())
        tab.wait_for_selector("html[data-ready]", state="attached")
        assert troubles.pop(0) == path.as_uri()
        yield Opened(tab, troubles)
        assert troubles == []
    finally:
        for event, watcher in watchers.items():
            tab.remove_listener(event, watcher)
