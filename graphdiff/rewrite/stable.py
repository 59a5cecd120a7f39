"""Named rules that keep precision, done before differentiation."""

from graphdiff.rewrite.engine import Rule

STABILISE: tuple[Rule, ...] = ()
