"""What emitted source computes, read off its syntax tree."""

import ast
from collections import Counter


def main_function(module):
    """The syntax tree of the emitted function, without the helpers around it."""
    for statement in ast.parse(module.source).body:
        if isinstance(statement, ast.FunctionDef) and statement.name == module.name:
            return statement
    raise AssertionError(f"no function {module.name}")


def matrix_products(module):
    """How many matrix products the emitted function writes."""
    nodes = list(ast.walk(main_function(module)))
    operators = [n for n in nodes if isinstance(n, ast.BinOp)]
    calls = [ast.unparse(n.func) for n in nodes if isinstance(n, ast.Call)]
    named = {"np.matmul", "np.dot", "np.einsum", "np.outer", "np.tensordot"}
    return sum(isinstance(n.op, ast.MatMult) for n in operators) + sum(
        name in named for name in calls
    )


def written_twice(module):
    """The computations that stand in the emitted function more than once.

    Transposes are views, and a negative literal is a number: neither computes.
    """
    counts = Counter(
        ast.unparse(node)
        for statement in main_function(module).body
        for node in ast.walk(statement)
        if isinstance(node, (ast.BinOp, ast.Call, ast.Compare))
        and not is_check(statement)
    )
    return [text for text, times in counts.items() if times > 1]


def is_check(statement):
    """Whether a statement handles the arguments: no arithmetic of the user's."""
    called = {
        ast.unparse(node.func)
        for node in ast.walk(statement)
        if isinstance(node, ast.Call)
    }
    return bool(called & {"_array", "_number", "_entries", "_misfit"})
