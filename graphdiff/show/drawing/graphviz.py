"""Graphviz, where it is installed, places the boxes instead."""

from __future__ import annotations

import shutil
import subprocess

from graphdiff.errors import GraphValueError, MissingError


def graphviz(text: str) -> str:
    """The picture in SVG that Graphviz's ``dot`` makes of a file in its language.

    What stands before the ``svg`` element is dropped, so that the picture can stand in
    a page and refers to nothing outside.
    """
    program = shutil.which("dot")
    if program is None:
        raise MissingError(
            "to_svg: engine='dot' needs the program dot of Graphviz "
            "(https://graphviz.org/download); engine='graphdiff' needs nothing"
        )
    run = subprocess.run(
        [program, "-Tsvg"], input=text.encode("utf-8"), capture_output=True, check=False
    )
    made = run.stdout.decode("utf-8")
    if run.returncode or "<svg" not in made:
        raise GraphValueError(
            f"to_svg: dot gave up ({run.returncode}): {run.stderr.decode().strip()}"
        )
    return '<svg role="img"' + made[made.index("<svg") + len("<svg") :]
