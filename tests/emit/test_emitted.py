"""The artefact: styles, files, the map of lines, constants, large graphs."""

import json
import runpy

import numpy as np
import pytest

import graphdiff as gd
from graphdiff.emit import emit
from tests.counting import assert_linear, calls_of
from tests.emit.programs import PROGRAMS


def test_what_is_unknown_is_refused_with_what_is_known():
    graph = PROGRAMS["rosenbrock"].graph()
    with pytest.raises(ValueError, match="must be one of 'numpy', got 'fortran'"):
        emit(graph, target="fortran")
    with pytest.raises(ValueError, match="style must be one of 'readable', 'fast'"):
        emit(graph, style="pretty")
    with pytest.raises(TypeError, match="expected a Graph"):
        emit(lambda x: x)


def test_the_map_leads_from_each_line_to_the_users():
    made = emit(PROGRAMS["network"].graph())
    lines = made.source.splitlines()
    assert json.loads(json.dumps(made.map)) == made.map
    for entry in made.map:
        assert lines[entry["line"] - 1].strip().startswith(entry["variable"])
        assert entry["file"] == "programs.py"
    (d_W1,) = [entry for entry in made.map if entry["variable"] == "d_W1"]
    assert d_W1["adjoint_of"] == "z1"
    assert d_W1["type"] == "float64[784, h]"


def test_files_are_written_side_by_side(tmp_path):
    made = emit(PROGRAMS["valley"].graph(), name="valley_gradient")
    path = made.write(tmp_path / "loss-grad.py", test=True)
    assert path.read_text() == made.source
    assert '"loss-grad.py"' in (tmp_path / "test_loss-grad.py").read_text()
    assert made.name == "valley_gradient"


@pytest.mark.parametrize("dtype", ["f4", "f8", "f2", "i8", "u1", "?", "u8"])
@pytest.mark.parametrize("shape", [(3,), (2, 3), (1, 1, 2), (0, 3), (40, 50)])
def test_constants_are_exact(dtype, shape):
    rng = np.random.default_rng(0)
    values = (rng.normal(size=shape) * 100).astype(dtype)
    x = gd.var("x", "", dtype)
    outputs = {"y": np.where(x == x, values, values[:0].sum(dtype=dtype))}
    found = emit(gd.Graph(inputs={"x": x}, outputs=outputs)).load()(x.dtype.type(1))
    assert found.dtype == values.dtype
    np.testing.assert_array_equal(found, values)


def test_odd_numbers_are_exact():
    odd = np.array([np.nan, np.inf, -np.inf, -0.0, 5e-324, 1e308, 1 / 3])
    x = gd.var("x", "")
    outputs = {"y": np.where(x == x, odd, 0.0)}
    outputs |= {f"y{i}": np.where(x == x, v, 0.0) for i, v in enumerate(odd)}
    found = emit(gd.Graph(inputs={"x": x}, outputs=outputs)).load()(1.0)
    for i, value in enumerate(odd):
        for made in (found[0][i], found[1 + i]):
            assert np.array_equal(made, value, equal_nan=True)
            assert np.signbit(made) == np.signbit(value)


def test_numbers_stay_pythons_where_all_is_a_polynomial():
    function = emit(PROGRAMS["rosenbrock"].graph()).load()
    value, (d_x, d_y) = function(1.5, 2)
    assert value == 0.25 + 100 * 0.25**2
    assert (d_x, d_y) == (-2 * -0.5 - 400 * 1.5 * -0.25, 200 * -0.25)
    assert function(1e200, 0.0)[0] == np.inf
    assert isinstance(function(np.float64(1), np.float64(2))[0], np.float64)


@pytest.mark.parametrize("style", ["readable", "fast"])
def test_ops_of_several_results_come_with_a_test_and_a_map(tmp_path, style):
    def evidence(S, z):
        sign, logdet = np.linalg.slogdet(S)
        values, vectors = np.linalg.eigh(S)
        return sign * logdet + z @ vectors @ z + np.sum(values**3)

    graph = gd.value_and_grad(evidence, wrt=("S", "z")).graph(
        gd.spec("3,3"), gd.spec("3")
    )
    out = emit(graph, style=style)
    path = tmp_path / f"{out.name}.py"
    out.write(path)
    test = tmp_path / "test_it.py"
    test.write_text(out.test)
    tests = runpy.run_path(str(test))
    for name, run in tests.items():
        if name.startswith("test_"):
            run()


def test_a_deep_expression_is_cut_into_statements():
    x = gd.var("x", "n")
    y = x
    for _ in range(3000):
        y = np.sin(y) + x
    made = emit(gd.Graph(inputs={"x": x}, outputs={"y": y}))
    assert max(map(len, made.source.splitlines())) <= 88
    assert made.load()(np.ones(2)).shape == (2,)


def test_the_work_is_linear_in_the_number_of_nodes():
    def calls(n: int) -> int:
        x = gd.var("x", "n")
        y = x
        for _ in range(n):
            y = np.sin(y) * 1.5
        graph = gd.Graph(inputs={"x": x}, outputs={"y": y})
        return calls_of(lambda: emit(graph))

    assert_linear(calls, 1000)
