"""The methods that arrays have besides functions of the same name."""

from __future__ import annotations

import numpy as np

from graphdiff.expression.doors import method_door


class Methods:
    """``x.sum(...)`` and its like, each through the door of ``np.sum``."""

    __slots__ = ()

    sum = method_door(np.sum)
    mean = method_door(np.mean)
    prod = method_door(np.prod)
    max = method_door(np.max)
    min = method_door(np.min)
    var = method_door(np.var)
    std = method_door(np.std)
    any = method_door(np.any)
    all = method_door(np.all)
    argmax = method_door(np.argmax)
    argmin = method_door(np.argmin)
    cumsum = method_door(np.cumsum)
    cumprod = method_door(np.cumprod)
    argsort = method_door(np.argsort)
    argpartition = method_door(np.argpartition)
    searchsorted = method_door(np.searchsorted)
    dot = method_door(np.dot)
    ravel = method_door(np.ravel)
    squeeze = method_door(np.squeeze)
    swapaxes = method_door(np.swapaxes)
    put = method_door(np.put)
    take = method_door(np.take)
    choose = method_door(np.choose)
    clip = method_door(np.clip)
    round = method_door(np.round)
    copy = method_door(np.copy)
    repeat = method_door(np.repeat)
    trace = method_door(np.trace)
    diagonal = method_door(np.diagonal)
    nonzero = method_door(np.nonzero)
    conj = conjugate = method_door(np.conjugate)
