"""Graphs as text that reads back: one statement for each node, and nothing lost.

    graphdiff 1

    def energy(x = x)
    returns energy

    x: float64[n] = input()
    y: float64[n] = tanh(x)  ; at model.py:2
    %2: float64[n] = 2.0  ; at model.py:3
    %3: float64[n] = power(y, %2)  ; at model.py:3
    %4: float64[] = Sum(%3, axes=(-1,))  ; at model.py:3

    output energy = %4

The text says what a file says (see `graphdiff.save.writer`), in other words: whoever
reads it makes the entry of a file, and all that a file is checked for is checked. The
first line tells the version. Then come statements, one on a line; what stands behind
``#`` is for people, and skipped.

``name: type = expression ; facts`` is a node. Its name is what people call it, if that
is a word of its own; else a number, ``%4``, and any other name in quotes behind it.
Words are letters and digits, with dots between; a quoted string knows ``\\"``, ``\\\\``
and ``\\u{20ac}``. A type is a dtype and a shape, or several in brackets. An expression
is

- ``op(a, b, axes=(-1,))``: an op of graphdiff by its name in the source, the nodes that
  it reads, and its parameters; those of an op of a family are ``with=(...)``;
- ``x[0]``: one result of an op that has several;
- ``2.0``: an array full of one number; ``[1.0, 2.0]``: the entries of a constant in one
  row; ``bytes "..."`` and ``all bytes "..."``: the same in base64, the bytes of each
  number in the order of little-endian machines;
- ``input()``: an input; ``input(name)``, ``input(name, "of the variable")`` where it is
  called otherwise;
- ``same as %4/0/y``: the node y of the first graph in the node %4, in a graph that
  shares it; inputs can be shared as well, ``input() same as %4/0/x``.

Parameters are numbers, strings, None, truths, dtypes, types, tuples, ``size(n + 1)``,
``float32(0.5)``, ``Slice(start=None, ...)`` for what stands in an index, and graphs, as
indented statements between ``{`` and ``}``. The facts, with commas between, are
``adjoint of y by tanh``, ``convention "..."``, ``order 2``, ``at model.py:3`` (or
``at model.py:3 step 4.1 in 0``: how much came before, which operation of the line, and
in which ``run`` of a function), ``region 0 layer level 1``.

``output name = node`` names an output, ``output name`` one that is called as its node;
``need n - 2`` is a size that must be at least 0; ``run 0 of layer at model.py:9``,
perhaps ``called at model.py:12``, is a run of a function of the user's. ``def`` and
``returns`` tell how the function was called and what it gave: nests of inputs and
outputs.
"""

from graphdiff.save.text.reader import parse as parse
from graphdiff.save.text.writer import exact_text as exact_text
