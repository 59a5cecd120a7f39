import numpy as np
import pytest

from graphdiff.cli.arguments import draw, nest, parse_spec


@pytest.mark.parametrize(
    ("text", "path", "type"),
    [
        ("x=", "x", "float64[]"),
        ("x= n , 3", "x", "float64[n, 3]"),
        ("p.0.W=2*n+1:float32", "p.0.W", "float32[2 * n + 1]"),
        ("y=batch:int64", "y", "int64[batch]"),
        ("m=3,4:bool", "m", "bool[3, 4]"),
    ],
)
def test_parse_spec(text, path, type):
    found, made = parse_spec(text)
    assert (found, str(made.type)) == (path, type)


def test_digits_beside_names_are_keys():
    assert nest({"p.0": 1, "p.a": 2}) == {"p": {"0": 1, "a": 2}}
    ten = {f"p.{i}": i for i in range(11)}
    assert nest(dict(sorted(ten.items()))) == {"p": list(range(11))}


def test_sizes_follow_from_values():
    specs = dict(map(parse_spec, ["X=n,d", "y=n"]))
    found = draw(specs, {"X": np.ones((6, 2))}, {}, np.random.default_rng(0))
    assert found["y"].shape == (6,)
