"""Pictures of graphs: what is drawn, where, and in which format."""

from graphdiff.show.drawing.drawing import drawing as drawing
from graphdiff.show.drawing.formats import to_dot as to_dot
from graphdiff.show.drawing.formats import to_mermaid as to_mermaid
from graphdiff.show.drawing.formats import to_png as to_png
from graphdiff.show.drawing.formats import to_svg as to_svg
from graphdiff.show.drawing.layout import Layout as Layout
from graphdiff.show.drawing.model import Box as Box
from graphdiff.show.drawing.model import Drawing as Drawing
from graphdiff.show.drawing.model import Edge as Edge
from graphdiff.show.drawing.model import Frame as Frame
from graphdiff.show.drawing.place import place as place
from graphdiff.show.drawing.svg import svg as svg
