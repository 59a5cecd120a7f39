"""What emitted modules do with arguments: these functions are copied into them.

Written for speed where nothing is wrong: an array of the right dtype passes at the
price of one call. Values that would lose something by conversion are refused.
"""

# mypy: ignore-errors
# Emitted code carries no annotations, and these are its words.

from __future__ import annotations

import numpy as np


def array(name, value, shape, dtype=np.float64):
    """Return value as an array of the dtype with as many axes as the shape."""
    if type(value) is not np.ndarray or value.dtype != dtype:
        value = convert(name, value, np.dtype(dtype))
    if value.ndim != len(shape):
        wanted = str(shape).replace("'", "")
        raise ValueError(f"{name}: expected shape {wanted}, got {value.shape}")
    return value


def number(name, value, dtype):
    """Return value as a NumPy scalar of the dtype."""
    if type(value) is dtype:
        return value
    if type(value) is float:
        return dtype(value)
    value = convert(name, value, np.dtype(dtype))
    if value.ndim:
        raise ValueError(f"{name}: expected a number, got shape {value.shape}")
    return value[()]


def convert(name, value, dtype):
    """Convert value to an array of the dtype; refuse what might be lost."""
    if isinstance(value, np.ma.MaskedArray):
        raise TypeError(f"{name}: masked arrays are not supported")
    try:
        array = np.asarray(value)
    except (TypeError, ValueError) as error:
        raise TypeError(f"{name}: not an array: {error}") from None
    kind, python = array.dtype.kind, not hasattr(value, "dtype")
    wide = "c" if kind == "c" else "fc"
    safe = kind in "biufc" and (
        np.can_cast(array.dtype, dtype)
        or (python and dtype.kind in wide)
        or (array.size == 0 and python)
        or (kind + dtype.kind in ("ii", "iu", "ui", "uu") and within(array, dtype))
    )
    if not safe:
        raise TypeError(f"{name}: {array.dtype} does not convert safely to {dtype}")
    return array.astype(dtype)


def within(array, dtype):
    """Return whether the integer dtype holds every entry of the array."""
    limits = np.iinfo(dtype)
    return not array.size or limits.min <= array.min() <= array.max() <= limits.max


def entries(name, nest, count):
    """Refuse a nest with another number of entries than the function was made for."""
    if len(nest) != count:
        raise ValueError(f"{name}: expected {count} entries, got {len(nest)}")


def misfit(names, found, wanted, sizes=None):
    """Say which shape is not the one wanted, and what the named sizes are."""
    where = " and ".join(f"{size} = {n}" for size, n in (sizes or {}).items())
    for name, shape, other in zip(names, found, wanted, strict=True):
        if shape != other:
            message = f"{name}: expected shape {other}, got {shape}"
            return ValueError(f"{message}, where {where}" if where else message)
    return ValueError(f"expected shapes {wanted}, got {found}")


def shortage(condition, sizes):
    """Say which condition on the named sizes does not hold."""
    where = " and ".join(f"{size} = {n}" for size, n in sizes.items())
    return ValueError(f"expected {condition}, where {where}")


_CHECKS = (array, number, convert, within, entries, misfit, shortage)
ENTRY = {f.__name__: f for f in _CHECKS}
