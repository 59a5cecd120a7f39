"""The order of the package: who may import whom, how long a file is, what lies where.

The layers are the journey of the data (types, graph, expressions, operations, passes,
artefacts, functions). A module imports modules of lower layers only; within a layer,
anything without a cycle.
"""

import ast
import subprocess
from collections.abc import Iterator
from pathlib import Path

import networkx
import pytest

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "graphdiff"

# First part of a module's name below graphdiff -> layer. A folder counts as one entry.
LAYERS = {
    "errors": 0,
    "words": 0,
    "runtime": 0,
    "sizes": 0,
    "graph": 1,
    "expression": 2,
    "ops": 3,
    "nn": 4,
    "scipy": 5,
    "numpy": 5,
    "memory": 4,
    "strict": 4,
    "control": 5,
    "trace": 4,
    "evaluate": 5,
    "rewrite": 5,
    "batching": 5,
    "cost": 6,
    "derivative": 6,
    "custom": 7,
    "budget": 7,
    "emit": 7,
    "compile": 7,
    "show": 7,
    "explanation": 8,
    "save": 7,
    "symbolic": 8,
    "implicit": 8,
    "functions": 8,
    "fit": 9,
    "sparsity": 9,
    "check": 9,
    "coverage": 0,
    "cli": 9,
    "__main__": 9,
    "__init__": 10,
}

# Methods that are no more than a door to a later stage (``graph.to_dot()``): the stage
# is imported when the method is called, and by nothing else in that file.
DOORS = {
    "graphdiff.graph.doors": {"show", "derivative", "cost", "save", "symbolic"},
    "graphdiff.expression.views": {"show", "symbolic"},
}

TOP_LEVEL = {"README.md", "pyproject.toml", "graphdiff", "tests", "examples"}
LONGEST_FILE = 400

FILES = sorted(PACKAGE.rglob("*.py"))


def module_name(path: Path) -> str:
    """``graphdiff.ops.core.reduce`` of its file; packages go without ``__init__``."""
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


MODULES = {module_name(path): path for path in FILES}


def layer(module: str) -> int:
    entry = module.split(".")[1] if "." in module else "__init__"
    assert entry in LAYERS, (
        f"{module} has no layer: add {entry!r} to LAYERS in {Path(__file__).name}, "
        f"above everything it imports and below everything that imports it"
    )
    return LAYERS[entry]


def imports(module: str) -> set[str]:
    """The package's modules that `module` imports, wherever the import stands.

    Imports in functions and those for type checkers count: what a reader must know
    before reading is the same. Only `DOORS` are left out, and only in functions.
    """
    path = MODULES[module]
    package = module if path.name == "__init__.py" else module.rpartition(".")[0]
    found: set[str] = set()
    tree = ast.parse(path.read_text(encoding="utf-8"))
    doors = set(door_imports(tree, DOORS.get(module, set())))
    for node in ast.walk(tree):
        if node in doors:
            continue
        if isinstance(node, ast.Import):
            found.update(map(known_module, (alias.name for alias in node.names)))
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                above = package.split(".")[: len(package.split(".")) - node.level + 1]
                base = ".".join([*above, base] if base else above)
            found.update(known_module(f"{base}.{a.name}") for a in node.names)
    return found - {"", module}


def door_imports(tree: ast.Module, doors: set[str]) -> Iterator[ast.ImportFrom]:
    """The imports of `doors` that stand in a function."""
    for function in ast.walk(tree):
        if isinstance(function, ast.FunctionDef):
            for node in ast.walk(function):
                if isinstance(node, ast.ImportFrom) and node.module:
                    parts = node.module.split(".")
                    if parts[0] == PACKAGE.name and parts[1:2] and parts[1] in doors:
                        yield node


def known_module(dotted: str) -> str:
    """The longest prefix of `dotted` that is a module here; "" where none is."""
    while dotted and dotted not in MODULES:
        dotted = dotted.rpartition(".")[0]
    return dotted


@pytest.mark.parametrize("module", MODULES)
def test_imports_come_from_lower_layers(module):
    own = layer(module)
    too_high = {m: layer(m) for m in imports(module) if layer(m) > own}
    assert not too_high, f"{module} (layer {own}) imports from above: {too_high}"


def test_no_import_cycle():
    graph = networkx.DiGraph((m, other) for m in MODULES for other in imports(m))
    cycles = [c for c in networkx.strongly_connected_components(graph) if len(c) > 1]
    assert not cycles, f"modules that import each other: {[sorted(c) for c in cycles]}"


@pytest.mark.parametrize("module", MODULES)
def test_a_file_is_one_idea(module):
    lines = MODULES[module].read_bytes().count(b"\n")
    assert lines < LONGEST_FILE, f"{module} has {lines} lines: split it by idea"


def test_only_the_known_entries_lie_at_the_top():
    try:
        listing = subprocess.run(
            ["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True
        )
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("not a git checkout")
    entries = {line.split("/")[0] for line in listing.stdout.splitlines()}
    strays = {e for e in entries if not e.startswith(".")} - TOP_LEVEL
    assert not strays, f"unexpected at the top of the repository: {sorted(strays)}"


def is_below(module: str, above: str) -> bool:
    return module.startswith(f"{above}.")


@pytest.mark.parametrize("above", ["graphdiff", "graphdiff.ops", "graphdiff.emit"])
def test_no_folders_import_each_other(above):
    place = above.count(".") + 1
    edges = {
        (m.split(".")[place], o.split(".")[place])
        for m in MODULES
        for o in imports(m)
        if is_below(m, above) and is_below(o, above)
    }
    graph = networkx.DiGraph(edge for edge in edges if edge[0] != edge[1])
    cycles = [c for c in networkx.strongly_connected_components(graph) if len(c) > 1]
    assert not cycles, f"folders that import each other: {[sorted(c) for c in cycles]}"
