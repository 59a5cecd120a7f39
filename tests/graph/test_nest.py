import dataclasses
from collections import OrderedDict, defaultdict, deque, namedtuple
from typing import Any

import numpy as np
import optree
import pytest

from graphdiff.graph.nest import (
    descend,
    flatten,
    is_nest,
    leaves_of,
    map_nest,
    unflatten,
)

Pair = namedtuple("Pair", "left right")


@dataclasses.dataclass
class Layer:
    W: Any
    b: Any


@dataclasses.dataclass(frozen=True, slots=True)
class Frozen:
    W: Any


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Derived(Frozen):
    c: Any


@dataclasses.dataclass
class Computed:
    W: Any
    size: int = dataclasses.field(init=False)

    def __post_init__(self):
        self.size = np.size(self.W)


@dataclasses.dataclass
class Unset:
    W: Any
    later: Any = dataclasses.field(init=False)


class Mapped(dict):
    def __getattr__(self, name):
        return self[name]


class Ordered(OrderedDict):
    pass


class Stack(list):
    pass


NESTS = [
    {"W": 1, "b": [2, (3, 4)]},
    {1: 2, "a": 3},
    {},
    [],
    (),
    Pair(1, [2]),
    Layer(1, {"x": 2}),
    Frozen(1),
    Derived(W=1, c=2),
    Computed(3),
    [Layer(1, Layer(2, 3))],
    OrderedDict(z=1, a=2),
    Mapped(W=1, b=Mapped(c=2)),
    Ordered(z=1, a=2),
    Stack([1, Stack([2])]),
    deque([1, 2]),
    None,
    [None, 1],
    {"a.b": 1, "a": {"b": 2}},
    {(1, 2): 3, None: 4},
]


@pytest.mark.parametrize("nest", NESTS, ids=repr)
def test_a_nest_comes_back(nest):
    leaves, paths, spec = flatten(nest)
    assert leaves_of(nest) == (leaves, spec)
    assert len(leaves) == len(paths) == len(set(paths))
    again = unflatten(spec, leaves)
    assert type(again) is type(nest)
    assert again == nest


@pytest.mark.parametrize("nest", NESTS, ids=repr)
def test_a_path_leads_to_its_leaf(nest):
    for leaf, path in zip(*flatten(nest)[:2], strict=True):
        if path != ("a", "b"):
            assert descend(nest, ".".join(map(str, path))) == leaf


def test_fields_and_keys_make_paths():
    nest = {"layers": [Layer(1, Pair(2, 3))], 7: Frozen(4)}
    assert flatten(nest)[1] == [
        (7, "W"),
        ("layers", 0, "W"),
        ("layers", 0, "b", "left"),
        ("layers", 0, "b", "right"),
    ]


def test_an_ambiguous_path_goes_by_the_longest_key():
    assert descend({"a.b": 1, "a": {"b": 2, "c": 3}}, "a.b") == 1
    assert descend({"a.b": 1, "a": {"b": 2, "c": 3}}, "a.c") == 3
    with pytest.raises(KeyError):
        descend({"a": [1]}, "a.0.x")
    with pytest.raises(KeyError):
        descend({"a": [1]}, "a.7")


def test_what_is_no_nest_is_its_own_leaf():
    for value in (1, "ab", np.ones(3), object(), Layer, b"x", 1.5, {1, 2}):
        assert not is_nest(value)
        assert flatten(value) == ([value], [()], None)
        assert unflatten(None, [value]) is value


def test_no_method_of_a_class_runs():
    calls = []

    @dataclasses.dataclass(frozen=True)
    class Picky:
        W: Any

        def __post_init__(self):
            calls.append(self.W)

    picky = Picky(1)
    _, spec = leaves_of(picky)
    assert unflatten(spec, ["other"]).W == "other"
    assert calls == [1]


def test_a_field_never_set_stays_so():
    leaves, paths, spec = flatten(Unset(1))
    assert paths == [("W",)]
    assert not hasattr(unflatten(spec, leaves), "later")


def test_containers_inside_of_any_container_are_opened():
    nest = deque([defaultdict(list, a=[Layer(1, 2)])])
    assert leaves_of(nest)[0] == [1, 2]


def test_equal_structures_have_equal_and_hashable_specs():
    one, two = leaves_of(Layer(1, [2]))[1], leaves_of(Layer(3, [4]))[1]
    assert one == two
    assert hash(one) == hash(two)
    assert one != leaves_of(Layer(1, (2,)))[1]


def test_classes_that_others_have_registered():
    class Own:
        def __init__(self, x):
            self.x = x

    optree.register_pytree_node(
        Own, lambda o: ((o.x,), None), lambda _, c: Own(*c), namespace="graphdiff"
    )
    assert leaves_of([Own(3)])[0] == [3]


def test_map_nest():
    assert map_nest(lambda x: 2 * x, {"a": (1, Layer(2, 3))}) == {"a": (2, Layer(4, 6))}


def test_a_nest_that_holds_one_thing_many_times():
    inner = [1]
    for _ in range(10):
        inner = [inner, inner]
    assert is_nest(inner)
    assert len(leaves_of(inner)[0]) == 1024
