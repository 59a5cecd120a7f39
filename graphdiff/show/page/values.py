"""Arrays for people: small ones whole, of the others statistics; all as text.

JSON has no NaN, and nobody reads sixteen digits: every number is written here.
"""

from __future__ import annotations

from typing import Any

import numpy as np

_WHOLE = 64
_ROW = 16
_CORNER = 6
_BINS = 32
_BRIEF = 4
_TIMES = " \N{MULTIPLICATION SIGN} "


def shown(number: Any, digits: int = 5) -> str:
    """A number in at most so many digits.

    >>> shown(np.float64(0.1 + 0.2)), shown(np.int64(7)), shown(np.bool_(True))
    ('0.3', '7', 'True')
    """
    if isinstance(number, (bool, np.bool_)):
        return str(bool(number))
    if isinstance(number, (int, np.integer)):
        return str(int(number))
    if isinstance(number, (complex, np.complexfloating)):
        sign = "+" if number.imag >= 0 or number.imag != number.imag else "-"
        return f"{shown(number.real, digits)} {sign} {shown(abs(number.imag), digits)}i"
    return f"{float(number):.{digits}g}"


def summary(value: Any) -> dict[str, Any]:
    """What the page shows of a value: an array, or the tuple of an op's results."""
    if isinstance(value, (tuple, list)):
        types = (f"{np.asarray(v).dtype}{list(np.shape(v))}" for v in value)
        return {"note": f"{len(value)} results: {', '.join(types)}"}
    array = np.asarray(value)
    found: dict[str, Any] = _entries(array)
    if array.size > 1:
        found |= _statistics(array)
    elif array.size:
        found |= _alarms(array)
    return found


def badness(value: Any) -> str:
    """``NaN`` or ``inf`` if `value` has such an entry, else nothing."""
    if isinstance(value, (tuple, list)):
        found = {badness(v) for v in value}
        return "NaN" if "NaN" in found else "inf" if "inf" in found else ""
    alarms = _alarms(np.asarray(value))
    return "NaN" if "nan" in alarms else "inf" if "inf" in alarms else ""


def brief(value: Any) -> str:
    """A value in a few words: a few entries, else the norm."""
    if isinstance(value, (tuple, list)):
        return "; ".join(brief(v) for v in value)
    array = np.asarray(value)
    if array.ndim == 0:
        return shown(array[()])
    if not array.size:
        return "no entries"
    if array.ndim == 1 and array.size <= _BRIEF:
        return f"[{', '.join(shown(x, 3) for x in array)}]"
    bad = badness(array)
    if bad:
        return f"{_alarms(array)[bad.lower()]} {bad} of {array.size}"
    return f"norm {shown(_norm(array))}"


def _entries(array: np.ndarray) -> dict[str, Any]:
    if array.ndim == 0:
        return {"entries": shown(array[()])}
    if not array.size:
        return {"note": "no entries"}
    if array.ndim > 2:
        return {}
    if array.size <= _WHOLE and array.shape[-1] <= _ROW:
        return {"entries": _rows(np.atleast_2d(array))}
    corner = np.atleast_2d(array)[:_CORNER, :_CORNER]
    sizes = _TIMES.join(map(str, corner.shape if array.ndim == 2 else corner.shape[1:]))
    whole = _TIMES.join(map(str, array.shape))
    return {"entries": _rows(corner), "note": f"the first {sizes} of {whole} entries"}


def _rows(array: np.ndarray) -> list[list[str]]:
    return [[shown(x) for x in row] for row in array]


def _alarms(array: np.ndarray) -> dict[str, str]:
    if array.dtype.kind not in "fc":
        return {}
    counts = {"nan": np.isnan(array).sum(), "inf": np.isinf(array).sum()}
    return {word: str(int(n)) for word, n in counts.items() if n}


def _norm(array: np.ndarray) -> float:
    with np.errstate(all="ignore"):
        wide = np.abs(array).astype(np.float64).ravel()
        return float(np.sqrt(wide @ wide))


def _statistics(array: np.ndarray) -> dict[str, Any]:
    """Of the finite entries: extremes, mean, norm, the share of zeros, the spread."""
    found: dict[str, Any] = dict(_alarms(array))
    complex_ = array.dtype.kind == "c"
    wide = np.abs(array) if complex_ else array
    finite = wide[np.isfinite(wide)].astype(np.float64)
    if not finite.size:
        return found
    with np.errstate(all="ignore"):
        found["min"] = shown(finite.min())
        found["max"] = shown(finite.max())
        found["mean"] = shown(finite.mean())
    found["norm"] = shown(_norm(finite))
    found["zeros"] = f"{100 * np.mean(wide == 0):.3g}%"
    if complex_:
        found["note"] = "statistics of the absolute values"
    bins = _spread(finite)
    if bins:
        found["bins"] = bins
    return found


def _spread(finite: np.ndarray) -> list[int]:
    """How many entries lie in each part of the range; none where it is a point.

    Entries that differ by rounding are a point, and a range can overflow.
    """
    if finite.size < _CORNER:
        return []
    with np.errstate(all="ignore"):
        low, high = finite.min(), finite.max()
        width = high - low
        if not np.isfinite(width) or width <= 1e-12 * max(abs(low), abs(high)):
            return []
        place = ((finite - low) / width * _BINS).astype(int)
    counts: list[int] = np.bincount(np.minimum(place, _BINS - 1)).tolist()
    return counts + [0] * (_BINS - len(counts))
