"""A layout as PNG, the same bytes of the same graph on every machine.

The SVG is drawn by resvg, a renderer with no system package behind it. Fonts are the
trouble of all renderers: what a machine has differs, and a server has none. So the
machine's fonts are not looked at. Arimo, which has Helvetica's widths, comes as a
package under the SIL Open Font License, and what it lacks (signs of mathematics) is
taken from DejaVu Sans, which the package ziafont carries. The three are an extra,
``png``: who reads listings and pages needs none of them.
"""

from __future__ import annotations

from importlib.resources import as_file, files
from math import sqrt

from graphdiff.errors import GraphValueError, MissingError
from graphdiff.show.drawing.layout import Layout
from graphdiff.show.drawing.svg import svg

_MOST_PIXELS = 80_000_000
_SMALLEST = 0.25
_PACKAGES = "fontpkg-arimo resvg_py ziafont"
_FONTS = (
    ("fontpkg_arimo", "files/Arimo[wght].ttf"),
    ("ziafont", "fonts/DejaVuSans.ttf"),
)


def png(layout: Layout, *, scale: float = 2.0) -> bytes:
    """`layout` as the bytes of a PNG file, `scale` pixels for each of the SVG.

    A picture of more than 80 million pixels is made with a smaller scale. Raises
    `GraphValueError` where it could not be read any more, and `MissingError` without
    the packages of the extra ``png``.
    """
    if not isinstance(scale, (int, float)) or not 0 < scale <= 16:
        raise GraphValueError(f"to_png: scale: expected 0 < scale <= 16, got {scale!r}")
    area = layout.width * layout.height
    zoom = min(float(scale), sqrt(_MOST_PIXELS / area))
    if zoom < min(_SMALLEST, scale):
        raise GraphValueError(
            f"to_png: the picture takes {layout.width:,.0f} x {layout.height:,.0f} "
            f"points, which no PNG shows legibly; graph.to_svg() can be zoomed into"
        )
    try:
        from resvg_py import svg_to_bytes

        paths = [files(package).joinpath(name) for package, name in _FONTS]
    except ImportError as error:
        raise MissingError(
            f"to_png needs the package {error.name}: pip install {_PACKAGES}"
        ) from None
    with as_file(paths[0]) as first, as_file(paths[1]) as second:
        made = svg_to_bytes(
            svg_string=svg(layout),
            zoom=zoom,
            skip_system_fonts=True,
            font_files=[str(first), str(second)],
            sans_serif_family="Arimo",
        )
    return bytes(made)
