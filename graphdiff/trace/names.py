"""The names that a traced function gives to its values.

``h = np.tanh(x @ W)`` says that people know the value as ``h``. A function is traced
by running it, so nobody tells us; there are four ways to find out. A trace function
(``sys.settrace``) breaks debuggers and coverage, ``sys.monitoring`` is missing in
Python 3.11, the source may be missing, and rewriting it would trace another program
than the user's. What always works is to look at the paused frames whenever a value is
made: the instructions after the call say where the result is going (see ``stores``),
and the frame's locals say, a moment later, whether it arrived there.

A `Recorder` keeps a copy of the stack of the user's frames as it was at the last event.
At the next one, the frames that went on since then have stored their results: each
waiting store is read from the locals and becomes a name. A frame that has returned is
searched once, for what its variables, lists and dicts hold.

Of several names, the one in the outermost frame wins (the caller knows best what a
helper has made), then the first one (``b = a`` makes an alias). A name bound to several
values is numbered in order: ``z1, z2``.

Reading the locals costs as much as the function has variables, so it is paid from a
credit that grows with every event: tracing stays linear in functions of any length,
where the bytecode alone decides once the credit is used up.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Hashable, Iterable, Mapping
from types import FrameType
from typing import Any

from graphdiff.errors import Run, is_user_code, user_frame
from graphdiff.trace.moves import hand_over, leave_last
from graphdiff.trace.stores import attributes
from graphdiff.trace.watched import Watched
from graphdiff.words import clean_name, number_names

_CREDIT = 4096
_EARNED = 64
_PEEK = 10_000
_DEEP = 3
_REACH = 16
_MOST_LATE = 16


class Recorder:
    """Watches one run of the user's function, and learns what he calls his values.

    `root` is the frame that calls the function: frames outside of it are not looked
    at. `node_of` gives the node of a handle, and None for any other object.
    `arguments` are the nodes whose names are settled. `leaves` are the inputs that came
    inside of an argument (``params["W"]``), in order, each with the last part of its
    path where that is a name: they take the name of the first variable bound to them.

    Not for use from several threads: values made outside of `root`, in another thread
    for one, get no name.
    """

    def __init__(
        self,
        root: FrameType,
        node_of: Callable[[object], Hashable | None],
        arguments: Mapping[Hashable, str] | None = None,
        leaves: Mapping[Hashable, str | None] | None = None,
    ) -> None:
        """Begin to watch what the function called by `root` will do."""
        self._root: FrameType | None = root
        self._node_of = node_of
        self._arguments = dict(arguments or {})
        self._leaves = dict(leaves or {})
        self._unmet = set(self._leaves)
        self._given: dict[Hashable, str] = {}
        self._names: dict[Hashable, tuple[int, str]] = {}
        self._variables: dict[Hashable, tuple[int, str]] = {}
        self._parameters: dict[Hashable, tuple[int, str]] = {}
        self._stack: list[Watched] = []
        self._index: dict[FrameType, int] = {}
        self._outside: FrameType | None = None
        self._held: dict[int, tuple[Any, str, int, int]] = {}
        self._credit = _CREDIT
        self._moves: list[tuple[Hashable, Hashable]] = []
        self._copies: list[tuple[Hashable, Hashable]] = []

    @property
    def waits(self) -> bool:
        """Whether some leaf has not been among the arguments of anything."""
        return bool(self._unmet)

    def saw(
        self,
        node: Hashable,
        args: Collection[Hashable] = (),
        frame: FrameType | None = None,
    ) -> None:
        """Take note that the user's code is just making the value `node`.

        To be called before control returns to the user's frame, once for each operator
        or function that he wrote, with the node of its result and those of its
        arguments. (More often does no harm: the last call counts.) `frame` is that of
        the user's code, if the caller knows it.
        """
        frame = frame or user_frame()
        if frame is None or frame is self._outside:
            return
        top = self._stack[-1] if self._stack else None
        if top is None or frame is not top.frame or top.resumable:
            top = self._restack(frame)
            if top is None:
                return
        offset = frame.f_lasti
        self._credit += _EARNED
        if top.site is not None:
            self._settle(top, offset)
        site = top.sites[offset]
        top.site = site if site.targets or site.gathered else None
        top.offset = offset
        top.node = node
        if self._unmet and not self._unmet.isdisjoint(args):
            self._meet(args)

    def moved(self, old: Hashable, new: Hashable) -> None:
        """Take note that a variable's array was written to: `old` became `new`."""
        self._moves.append((old, new))

    def copied(self, old: Hashable, new: Hashable) -> None:
        """Take note that `new` stands where `old` did, which nobody will see again."""
        self._copies.append((old, new))

    def name(self, node: Hashable, name: str) -> None:
        """Give `node` a name that the user asked for, before any that we find."""
        self._given[node] = name

    def finish(self) -> dict[Hashable, str]:
        """Let go of all frames, and give the names: unique, arguments included.

        A leaf's name is the word for its adjoint (``d_W1``): that of its variable, or
        of its path, or of a helper's parameter.
        """
        while self._stack:
            self._leave(self._stack.pop(), final=True)
        self._index.clear()
        for holder, name, rank, _ in self._held.values():
            self._search(holder, name, rank)
        self._held.clear()
        self._root = self._outside = None
        return self._number()

    def run_of(self, frame: FrameType) -> Run | None:
        """The run of a function that `frame` is, if the last event came from there."""
        top = self._stack[-1] if self._stack else None
        return top.run if top is not None and top.frame is frame else None

    # The stack of the user's frames.

    def _restack(self, frame: FrameType) -> Watched | None:
        """Bring the copy of the stack up to date, `frame` being the innermost one.

        Walks outward to the first frame that was there before, so that a step costs
        what has changed. A generator can be resumed from elsewhere; it is always left.
        """
        entered: list[FrameType] = []
        resumed: dict[FrameType, Run] = {}
        kept = 0
        here: FrameType | None = frame
        while here is not self._root:
            if here is None:
                self._outside = frame
                return None
            at = self._index.get(here)
            if at is not None and not self._stack[at].resumable:
                kept = at + 1
                break
            if is_user_code(here.f_code):
                entered.append(here)
            here = here.f_back
        while len(self._stack) > kept:
            left = self._stack.pop()
            del self._index[left.frame]
            if left.resumable:
                resumed[left.frame] = left.run
            self._leave(left)
        if self._stack and entered:
            found = self._stack[-1]
            self._settle(found, found.frame.f_lasti)
            self._pause(found)
        for inner in reversed(entered):
            self._index[inner] = len(self._stack)
            below = self._stack[-1] if self._stack else None
            run = resumed.get(inner)
            if run is None:
                run = Run(inner.f_code, None if below is None else below.waiting_at)
            self._stack.append(Watched(inner, below, run))
            if inner is not frame:
                self._pause(self._stack[-1])
        return self._stack[-1]

    def _pause(self, watched: Watched) -> None:
        """Expect a frame that waits for another of the user's to store the result."""
        watched.offset = watched.frame.f_lasti
        watched.site = watched.sites[watched.offset]
        watched.node = None

    def _leave(self, watched: Watched, final: bool = False) -> None:
        """Collect the names in a frame that has returned, or will not be seen soon."""
        site, node = watched.site, watched.node
        moved = watched.frame.f_lasti != watched.offset
        paid = final or self._pay(watched)
        trusted = site is not None and (site.sure or (site.direct and not paid))
        if site is not None and trusted and moved and node is not None:
            self._bind(node, site.targets[0].name, watched.rank)
        if paid:
            local = watched.frame.f_locals
            self._read(watched, local)
            self._collect(watched, local)

    # Names from places.

    def _pay(self, watched: Watched) -> bool:
        if self._credit < watched.cost:
            return False
        self._credit -= watched.cost
        return True

    def _settle(self, watched: Watched, offset: int) -> None:
        """Name what `watched` has stored since the last event, now that it is further.

        At the same place again, it went round a loop, or this is another part of the
        same operation: the variable tells.
        """
        site = watched.site
        if site is None:
            return
        moved = offset != watched.offset
        known = moved and site.direct and watched.node is not None
        if known and site.sure and not watched.late:
            self._bind(watched.node, site.targets[0].name, watched.rank)
        elif moved and site.delayed and len(watched.late) < _MOST_LATE:
            watched.late.append(site)
        elif self._pay(watched):
            local = watched.frame.f_locals
            self._read(watched, local)
            if moved and site.gathered:
                for name, value in list(local.items()):
                    if isinstance(value, (list, dict)):
                        self._hold(value, name, watched.rank)
        elif known:
            self._bind(watched.node, site.targets[0].name, watched.rank)

    def _read(self, watched: Watched, local: Mapping[str, object]) -> None:
        """Name what has arrived in the places that were waiting for a value."""
        sites = watched.late
        if watched.site is not None:
            sites.append(watched.site)
        for site in sites:
            for name, place in site.targets:
                value = local.get(place.root) if not place.steps else None
                if value is None:
                    value = place.read(local, watched.frame.f_globals)
                node = self._node_of(value)
                if node is not None:
                    self._bind(node, name, watched.rank)
                elif isinstance(value, (list, dict)):
                    self._hold(value, name, watched.rank)
        sites.clear()

    def _bind(self, node: Hashable, name: str, rank: int) -> None:
        if node in self._arguments:
            return
        table = self._variables if node in self._leaves else self._names
        known = table.get(node)
        if known is None or rank < known[0]:
            table.pop(node, None)
            table[node] = (rank, name)

    def _collect(self, watched: Watched, local: Mapping[str, object]) -> None:
        """Name what the variables of a frame hold that is known by no store."""
        rank = watched.rank
        values = list(local.items())
        for name, value in values:
            if isinstance(value, (list, dict)):
                self._hold(value, name, rank)
        for name, value in values:
            node = self._node_of(value)
            word = clean_name(name)
            if node is not None and word is not None and name not in watched.parameters:
                self._bind(node, word, rank)
        for name, value in values:
            if type(value) is tuple:
                self._hold(value, name, rank)
        owner = attributes(local.get("self"))
        if owner is not None:
            self._hold(owner, "self", rank)

    def _hold(self, holder: Any, name: str, rank: int) -> None:
        """Remember a container for the end; search a list or dict if that is cheap."""
        word = clean_name(name)
        if word is None:
            return
        _, _, best, size = self._held.get(id(holder), (None, "", rank + 1, -1))
        if rank < best:
            self._held[id(holder)] = (holder, word, rank, len(holder))
        elif len(holder) == size:
            return
        if not isinstance(holder, tuple):
            self._search(holder, word, rank, final=False)

    def _search(self, holder: Any, name: str, rank: int, final: bool = True) -> None:
        """Name what a list, tuple or dict holds: by its key, or by the container.

        Only the built-in containers are entered, and only as their own type does it,
        so that no code of the user's runs. Leaves keep the name of their path.
        """
        waiting = [(holder, name, 0)]
        while waiting:
            holder, name, depth = waiting.pop()
            if not final and len(holder) > self._credit:
                continue
            self._credit -= 0 if final else len(holder)
            inner = []
            found = False
            for count, (key, value) in enumerate(_items(holder)):
                if count >= _PEEK and not found:
                    break
                word = (clean_name(key) if isinstance(key, str) else None) or name
                node = self._node_of(value)
                if node is not None:
                    found = True
                    if node not in self._leaves:
                        self._bind(node, word, rank)
                elif depth < _DEEP and isinstance(value, (list, tuple, dict)):
                    inner.append((value, word, depth + 1))
            waiting.extend(reversed(inner))

    # The inputs inside of arguments.

    def _meet(self, args: Collection[Hashable]) -> None:
        """Look for the variables bound to leaves that are used for the first time."""
        self._unmet.difference_update(args)
        for watched in self._stack[-_REACH:]:
            if not self._pay(watched):
                continue
            for name, value in list(watched.frame.f_locals.items()):
                node = self._node_of(value)
                word = clean_name(name)
                if node is None or word is None or node not in self._leaves:
                    continue
                if name not in watched.parameters:
                    self._bind(node, word, watched.rank)
                else:
                    self._parameters.setdefault(node, (watched.rank, word))

    # Numbers.

    def _number(self) -> dict[Hashable, str]:
        names = dict(self._arguments)
        taken = set(names.values())
        hand_over(self._copies, self._given, self._names)
        given = {node: name for node, name in self._given.items() if node not in names}
        number_names(given, names, taken)
        leaves = {}
        for leaf, hint in self._leaves.items():
            bound = self._variables.get(leaf) or self._parameters.get(leaf)
            word = clean_name(hint)
            if leaf in self._variables or word is None:
                word = bound[1] if bound else None
            if word is not None:
                leaves[leaf] = word
        number_names(leaves, names, taken)
        leave_last(self._moves, self._names)
        found = {node: name for node, (_, name) in self._names.items()}
        number_names(found, names, taken)
        return names


def _items(holder: object) -> Iterable[tuple[object, object]]:
    if isinstance(holder, dict):
        return list(dict.items(holder))
    if isinstance(holder, list):
        return enumerate(list.copy(holder))
    return enumerate(tuple.__iter__(holder)) if isinstance(holder, tuple) else ()
