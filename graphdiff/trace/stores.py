"""Where the value that a paused instruction computes is going to be stored.

A frame that waits for a call knows, in its bytecode, what happens to the result:
``z = np.tanh(x)`` compiles to ``CALL`` followed by ``STORE_FAST z``. Reading a few
instructions on from ``frame.f_lasti`` therefore gives the name, with no source at
hand, no hook in the interpreter, and the same under a debugger.

The instructions between are followed on a small stack of symbols, by a table with one
entry per instruction. So chained assignment, the walrus, unpacking, stores under a
constant key or an attribute, and ``a, b = f(x), g(x)`` need no cases of their own. An
instruction that is not in the table ends the reading: nothing is guessed. That also
covers new versions of Python, whose instructions change; 3.11 to 3.14 are known.
"""

import opcode
import sys
from collections.abc import Callable, Mapping
from types import CodeType
from typing import Any, NamedTuple

from graphdiff.words import clean_name

_MODERN = sys.version_info >= (3, 12)
_SUBSCRIPT = 26 if sys.version_info >= (3, 14) else -1
_CACHE = opcode.opmap["CACHE"]
_EXTENDED = opcode.opmap["EXTENDED_ARG"]
_LONGEST = 96
_CACHE_LIMIT = 20_000


class Place(NamedTuple):
    """A variable, or what is reached from one: ``self.cache["z"]``.

    `steps` are ``(is_item, key)``: a subscript with a constant, or an attribute.
    """

    root: str
    steps: tuple[tuple[bool, object], ...] = ()

    def read(
        self, local: Mapping[str, object], outside: Mapping[str, object]
    ) -> object:
        """Give what is there now, or None; runs no code of the user's."""
        value = local[self.root] if self.root in local else outside.get(self.root)
        for is_item, key in self.steps:
            if not is_item:
                value = attributes(value)
            if not isinstance(value, dict):
                return None
            value = dict.get(value, key)
        return value


class Target(NamedTuple):
    """One store: the name that it suggests, and the place that it fills."""

    name: str
    place: Place


class Site(NamedTuple):
    """What follows one instruction: the stores of its value, the first one first.

    `direct`: the first store takes the value itself rather than a part of it. `sure`:
    the instruction is an operator besides, so that the value is what the operator has
    made. `delayed`: other computations come between. `gathered`: the value becomes an
    item of a comprehension.
    """

    targets: tuple[Target, ...]
    direct: bool
    sure: bool
    delayed: bool
    gathered: bool


class _Symbol:
    """What the simulated stack holds besides places and constants."""

    def __init__(self, constant: object = None) -> None:
        self.constant = constant


_VALUE = _Symbol()
_PART = _Symbol()
_OTHER = _Symbol()


def attributes(value: object) -> dict[str, object] | None:
    """Give the instance dictionary of an object of a plain Python class, or None."""
    try:
        found = object.__getattribute__(value, "__dict__")
    except AttributeError:
        return None
    return found if isinstance(found, dict) else None


class _Reader:
    """Follows the instructions after one, until nothing of its value is left."""

    def __init__(self, sites: "Sites", offset: int) -> None:
        self.names: tuple[str, ...] = sites.code.co_names
        self.consts: tuple[object, ...] = sites.code.co_consts
        self.variables = sites.variables
        self.bytes = sites.bytes
        self.offset = offset
        self.stack: list[object] = [_VALUE]
        self.targets: list[Target] = []
        self.direct = self.delayed = self.gathered = False

    def read(self) -> Site:
        """Give the site of the instruction at the offset, or at its cache entries."""
        code = self.bytes
        while self.offset > 0 and code[self.offset] == _CACHE:
            self.offset -= 2
        name = opcode.opname[code[self.offset]]
        self.offset += 2
        if name == "PRECALL":  # In 3.11 it may do the whole call that follows.
            while opcode.opname[code[self.offset]] != "CALL":
                self.offset += 2
            self.offset += 2
        self._follow()
        return Site(
            tuple(self.targets),
            direct=self.direct,
            sure=self.direct and name in _OPERATORS,
            delayed=self.delayed,
            gathered=self.gathered,
        )

    def _follow(self) -> None:
        high = 0
        for _ in range(_LONGEST):
            if self.offset >= len(self.bytes):
                return
            code = self.bytes[self.offset]
            arg = high | self.bytes[self.offset + 1]
            self.offset += 2
            high = arg << 8 if code == _EXTENDED else 0
            act = _BY_CODE[code]
            if act is _pass:
                continue
            if act is None:
                return
            try:
                act(self, arg)
            except IndexError:
                return
            if not any(s is _VALUE or s is _PART for s in self.stack):
                return

    def take(self, count: int) -> None:
        """Pop symbols; using up the value ends the reading by emptying the stack."""
        taken = [self.stack.pop() for _ in range(count)]
        if any(s is _VALUE or s is _PART for s in taken):
            self.stack.clear()
            raise IndexError

    def store(self, name: object, place: Place) -> None:
        """Pop the value into `place`."""
        symbol = self.stack.pop()
        if symbol is not _VALUE and symbol is not _PART:
            return
        word = clean_name(name)
        if word is not None:
            if not self.targets:
                self.direct = symbol is _VALUE
            self.targets.append(Target(word, place))

    def push(self, *symbols: object) -> None:
        """Push symbols, the last one on top."""
        self.stack.extend(symbols)


def _pass(reader: _Reader, arg: int) -> None:
    """Do nothing: the instruction leaves the stack as it is."""


def _variable(reader: _Reader, arg: int) -> Place:
    return Place(reader.variables[arg])


def _store_variable(reader: _Reader, arg: int) -> None:
    reader.store(reader.variables[arg], _variable(reader, arg))


def _store_two(reader: _Reader, arg: int) -> None:
    _store_variable(reader, arg >> 4)
    _store_variable(reader, arg & 15)


def _store_and_load(reader: _Reader, arg: int) -> None:
    _store_variable(reader, arg >> 4)
    reader.push(_variable(reader, arg & 15))


def _store_name(reader: _Reader, arg: int) -> None:
    reader.store(reader.names[arg], Place(reader.names[arg]))


def _reach(symbol: object, is_item: bool, key: object) -> object:
    if isinstance(symbol, Place):
        return Place(symbol.root, (*symbol.steps, (is_item, key)))
    return _OTHER


def _store_attribute(reader: _Reader, arg: int) -> None:
    place = _reach(reader.stack.pop(), False, reader.names[arg])
    _store_reached(reader, reader.names[arg], place)


def _store_item(reader: _Reader, arg: int) -> None:
    key, holder = reader.stack.pop(), reader.stack.pop()
    name = key.constant if isinstance(key, _Symbol) else None
    place = _reach(holder, True, name) if isinstance(name, str) else _OTHER
    _store_reached(reader, name, place)


def _store_reached(reader: _Reader, name: object, place: object) -> None:
    if isinstance(place, Place):
        reader.store(name, place)
    else:
        reader.stack.pop()


def _load_two(reader: _Reader, arg: int) -> None:
    reader.push(_variable(reader, arg >> 4), _variable(reader, arg & 15))


def _load_global(reader: _Reader, arg: int) -> None:
    if arg & 1:
        reader.push(_OTHER)
    reader.push(Place(reader.names[arg >> 1]))


def _load_attribute(reader: _Reader, arg: int) -> None:
    name = reader.names[arg >> 1 if _MODERN else arg]
    holder = reader.stack[-1]
    reader.take(1)
    reader.push(_reach(holder, False, name))
    if _MODERN and arg & 1:
        reader.push(_OTHER)


def _load_method(reader: _Reader, arg: int) -> None:
    reader.take(1)
    reader.push(_OTHER, _OTHER)


def _item(reader: _Reader, arg: int) -> None:
    key, holder = reader.stack[-1], reader.stack[-2]
    name = key.constant if isinstance(key, _Symbol) else None
    reader.take(2)
    reader.push(_reach(holder, True, name) if isinstance(name, str) else _OTHER)


def _binary(reader: _Reader, arg: int) -> None:
    if arg == _SUBSCRIPT:
        _item(reader, arg)
    else:
        _compute(reader, 2)


def _compute(reader: _Reader, count: int) -> None:
    reader.take(count)
    reader.push(_OTHER)
    reader.delayed = True


def _copy(reader: _Reader, arg: int) -> None:
    reader.push(reader.stack[-arg])


def _swap(reader: _Reader, arg: int) -> None:
    stack = reader.stack
    stack[-1], stack[-arg] = stack[-arg], stack[-1]


def _unpack(reader: _Reader, count: int) -> None:
    symbol = reader.stack.pop()
    part = _PART if symbol is _VALUE or symbol is _PART else _OTHER
    reader.push(*[part] * count)


def _unpack_rest(reader: _Reader, arg: int) -> None:
    _unpack(reader, (arg & 255) + 1 + (arg >> 8))


def _jump(reader: _Reader, arg: int) -> None:
    reader.offset += 2 * arg


def _gather(reader: _Reader, arg: int) -> None:
    reader.gathered = True
    reader.stack.clear()


_OPERATORS = {
    *("BINARY_OP", "BINARY_SUBSCR", "BINARY_SLICE", "COMPARE_OP", "LOAD_ATTR"),
    *("UNARY_NEGATIVE", "UNARY_INVERT", "UNARY_POSITIVE", "CALL_INTRINSIC_1"),
}
_ACTIONS: dict[str, Callable[[_Reader, int], Any]] = {
    **dict.fromkeys(("CACHE", "EXTENDED_ARG", "NOP", "RESUME", "NOT_TAKEN"), _pass),
    **dict.fromkeys(("PRECALL", "KW_NAMES"), _pass),
    **dict.fromkeys(("STORE_FAST", "STORE_DEREF"), _store_variable),
    **dict.fromkeys(("STORE_NAME", "STORE_GLOBAL"), _store_name),
    "STORE_FAST_STORE_FAST": _store_two,
    "STORE_FAST_LOAD_FAST": _store_and_load,
    "STORE_ATTR": _store_attribute,
    "STORE_SUBSCR": _store_item,
    **dict.fromkeys(
        ("LOAD_FAST", "LOAD_FAST_CHECK", "LOAD_FAST_BORROW", "LOAD_DEREF"),
        lambda reader, arg: reader.push(_variable(reader, arg)),
    ),
    **dict.fromkeys(
        ("LOAD_FAST_LOAD_FAST", "LOAD_FAST_BORROW_LOAD_FAST_BORROW"), _load_two
    ),
    "LOAD_NAME": lambda reader, arg: reader.push(Place(reader.names[arg])),
    "LOAD_GLOBAL": _load_global,
    "LOAD_CONST": lambda reader, arg: reader.push(_Symbol(reader.consts[arg])),
    "LOAD_SMALL_INT": lambda reader, arg: reader.push(_OTHER),
    "PUSH_NULL": lambda reader, arg: reader.push(_OTHER),
    "LOAD_ATTR": _load_attribute,
    "LOAD_METHOD": _load_method,
    "BINARY_SUBSCR": _item,
    "BINARY_OP": _binary,
    "COMPARE_OP": lambda reader, arg: _compute(reader, 2),
    **dict.fromkeys(
        ("UNARY_NEGATIVE", "UNARY_INVERT", "UNARY_POSITIVE"),
        lambda reader, arg: _compute(reader, 1),
    ),
    "CALL": lambda reader, arg: _compute(reader, arg + 2),
    "CALL_KW": lambda reader, arg: _compute(reader, arg + 3),
    "COPY": _copy,
    "SWAP": _swap,
    "UNPACK_SEQUENCE": _unpack,
    "UNPACK_EX": _unpack_rest,
    "JUMP_FORWARD": _jump,
    **dict.fromkeys(("LIST_APPEND", "SET_ADD", "MAP_ADD"), _gather),
}


_BY_CODE = [_ACTIONS.get(name) for name in opcode.opname]


class Sites(dict[int, Site]):
    """The sites of one code object by offset, each read when it is first asked for.

    ``code.co_code`` makes a copy on every access, so it is taken once.
    """

    def __init__(self, code: CodeType) -> None:
        """Take from `code` what reading its instructions needs."""
        super().__init__()
        self.code = code
        cells = (c for c in code.co_cellvars if c not in code.co_varnames)
        self.variables = (*code.co_varnames, *cells, *code.co_freevars)
        self.bytes = code.co_code

    def __missing__(self, offset: int) -> Site:
        """Read the instructions after `offset`."""
        site = self[offset] = _Reader(self, offset).read()
        return site


# By identity, since hashing a code object reads all of it; `Sites` holds the code.
_sites: dict[int, Sites] = {}


def sites_of(code: CodeType) -> Sites:
    """Give the sites of `code`, which are shared between all calls of the function."""
    found = _sites.get(id(code))
    if found is None:
        if len(_sites) >= _CACHE_LIMIT:
            _sites.clear()
        found = _sites[id(code)] = Sites(code)
    return found
