"""Colours: only where people look, and only around what they tell apart."""

import io
import re

from tests.show.text.programs import deep, scanned

CODE = re.compile(r"\x1b\[\d+m")


class Terminal(io.StringIO):
    def isatty(self):
        return True


def on_a_terminal(monkeypatch):
    monkeypatch.setattr("sys.stdout", Terminal())
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("TERM", "xterm")


def is_coloured(**options):
    return bool(CODE.search(deep(2).to_text(**options)))


def test_none_asks_the_terminal(monkeypatch):
    on_a_terminal(monkeypatch)
    assert is_coloured(colour=None)
    monkeypatch.setenv("NO_COLOR", "1")
    assert not is_coloured(colour=None)
    monkeypatch.setenv("NO_COLOR", "")
    assert is_coloured(colour=None)
    monkeypatch.setenv("TERM", "dumb")
    assert not is_coloured(colour=None)


def test_a_file_is_no_terminal(monkeypatch):
    monkeypatch.setattr("sys.stdout", io.StringIO())
    assert not is_coloured(colour=None)
    monkeypatch.setattr("sys.stdout", None)
    assert not is_coloured(colour=None)


def test_the_text_of_print_is_plain_everywhere(monkeypatch):
    on_a_terminal(monkeypatch)
    assert not is_coloured()
    assert not CODE.search(str(deep(2)))


def test_colours_change_nothing_else():
    for graph in (deep(), scanned()):
        assert CODE.sub("", graph.to_text(colour=True)).replace(" \n", "\n") == (
            graph.to_text()
        )


def test_the_halves_have_their_own_colours():
    text = deep(2).to_text(colour=True)
    assert "\x1b[34mz1\x1b[0m = x @ W1 + b1" in text
    assert "\x1b[33md_W1\x1b[0m = x.T @ d_z1" in text
    assert "\x1b[1mgradient:\x1b[0m" in text
    for line in text.splitlines():
        assert (
            not CODE.search(line)
            or line.count("\x1b[0m") == len(CODE.findall(line)) / 2
        )
