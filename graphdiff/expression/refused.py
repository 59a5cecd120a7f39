"""NumPy's functions that have no door, each with the reason.

The reason is part of the error that a call raises, and of the coverage page.
"""

from __future__ import annotations

from collections.abc import Iterator

_BY_VALUES = (
    "the shape of its result depends on values, and shapes are known before the "
    "program runs; compute it from plain arrays outside of the function"
)
_TEXT = "it makes text, or reads and writes files; symbolic arrays have no numbers yet"
_BITS = "it works on the bits of integers, which have no derivative"
_OBJECTS = "it calls Python code entry by entry; write array operations instead"
_MEMORY = "it asks where numbers lie in memory, and symbolic arrays have none"
_DATES = "dates have no derivative"
_MATRIX = "np.matrix is not supported; use arrays"
_ORDER = "complex numbers have no order in which a sort could be differentiated"
_PATH = "it plans for sizes that are not known yet; np.einsum itself is served"
_ROOTS = "the number of its results, or their being complex, depends on values"

_REASONS: tuple[tuple[str, str], ...] = (
    (
        _BY_VALUES,
        """
        argwhere flatnonzero nonzero intersect1d setdiff1d setxor1d union1d unique
        unique_all unique_counts unique_inverse unique_values trim_zeros
        histogramdd histogram2d mask_indices min_scalar_type
        """,
    ),
    (
        _TEXT,
        """
        array2string array_repr array_str datetime_as_string format_float_positional
        format_float_scientific genfromtxt loadtxt save savetxt savez savez_compressed
        """,
    ),
    (_BITS, "packbits unpackbits"),
    (_OBJECTS, "frompyfunc"),
    (_MEMORY, "may_share_memory shares_memory"),
    (_DATES, "busday_count busday_offset is_busday isnat"),
    (_MATRIX, "asmatrix bmat"),
    (_ROOTS, "polydiv roots"),
    (_ORDER, "sort_complex"),
    (_PATH, "einsum_path"),
)


def _entries() -> Iterator[tuple[str, str]]:
    for reason, names in _REASONS:
        for name in names.split():
            yield f"np.{name}", reason


REFUSED: dict[str, str] = dict(_entries())
"""Why a function has no door, by the name under which users know it."""
