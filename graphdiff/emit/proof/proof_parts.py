"""What the test of an emitted module is made of: these functions are copied into it."""

# ruff: noqa: D103, F821
# mypy: ignore-errors
# Emitted code carries no annotations, and these are its words.

from __future__ import annotations

import numpy as np


def reals(shape, start, dtype=np.float64):
    """Return numbers of many digits; matrices so that their products stay small."""
    count = start + np.arange(int(np.prod(shape)))
    spread = SPREAD / np.sqrt(shape[-2]) if len(shape) > 1 else SPREAD
    entries = CENTRE + spread * np.sin(count**2 + 0.5 * count)
    return entries.reshape(shape).astype(dtype)


def wholes(shape, start, dtype):
    """Return integers from 0 up."""
    count = start + np.arange(int(np.prod(shape)))
    return (count**2 % LIMIT).reshape(shape).astype(dtype)


def weigh(array):
    """Return one number made of all entries, each with a weight of its own."""
    return float(np.sum(array * weights(np.shape(array))).real)


def weights(shape):
    """Return a direction in which no entry is left out."""
    return 1 + 0.5 * np.cos(np.arange(int(np.prod(shape)))).reshape(shape)


def test_outputs_are_those_stored():
    outputs = call(arguments())
    for name, stored in STORED.items():
        np.testing.assert_allclose(
            weigh(outputs[name]), stored, rtol=PRECISION, atol=PRECISION, err_msg=name
        )


def test_gradients_agree_with_differences():
    values = arguments()
    outputs = call(values)
    for output, name in GRADIENTS.items():
        shift = STEP * weights(np.shape(values[name])).astype(values[name].dtype)
        ahead = call({**values, name: values[name] + shift})[VALUE]
        behind = call({**values, name: values[name] - shift})[VALUE]
        slope = (float(ahead) - float(behind)) / (2 * STEP)
        np.testing.assert_allclose(
            weigh(outputs[output]), slope, rtol=TOLERANCE, atol=TOLERANCE, err_msg=name
        )


def test_arguments_are_not_modified():
    values, before = arguments(), arguments()
    call(values)
    for name, value in before.items():
        np.testing.assert_array_equal(values[name], value)
