"""A graph as a page to explore: one file, which asks nothing of the network."""

from __future__ import annotations

from graphdiff.show.page.page import to_html as to_html
