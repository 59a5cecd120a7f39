"""Handwritten digits, flattened to rows of numbers from 0 to 1.

Without a folder: the 1,797 digits of 8x8 pixels that ship with scikit-learn. With one:
MNIST's four IDX files (``train-images-idx3-ubyte`` and so on, also with ``.gz``).
"""

import gzip
from pathlib import Path
from typing import NamedTuple

import numpy as np


class Digits(NamedTuple):
    """Images (examples, pixels) as float64 in [0, 1]; labels (examples,) as int64."""

    train_images: np.ndarray
    train_labels: np.ndarray
    test_images: np.ndarray
    test_labels: np.ndarray


def load(folder: str | Path | None = None, seed: int = 0) -> Digits:
    """The digits of `folder`, else scikit-learn's with a random fifth held out."""
    if folder is not None:
        return load_mnist(Path(folder))
    from sklearn.datasets import load_digits

    images, labels = load_digits(return_X_y=True)
    order = np.random.default_rng(seed).permutation(len(images))
    train, test = np.split(order, [len(order) * 4 // 5])
    images, labels = images / 16, labels.astype(np.int64)
    return Digits(images[train], labels[train], images[test], labels[test])


def load_mnist(folder: Path) -> Digits:
    parts = []
    for part in ("train", "t10k"):
        images = read_idx(find(folder, f"{part}-images", "idx3-ubyte"))
        labels = read_idx(find(folder, f"{part}-labels", "idx1-ubyte"))
        if len(images) != len(labels):
            raise ValueError(f"{part}: {len(images)} images, {len(labels)} labels")
        parts += [images.reshape(len(images), -1) / 255, labels.astype(np.int64)]
    return Digits(*parts)


def find(folder: Path, stem: str, kind: str) -> Path:
    """The file under any of the names in which the set is handed around."""
    names = [f"{stem}{dot}{kind}{gz}" for dot in "-." for gz in ("", ".gz")]
    for name in names:
        if (folder / name).is_file():
            return folder / name
    raise FileNotFoundError(f"{folder} holds none of {', '.join(names)}")


def read_idx(path: Path) -> np.ndarray:
    """An IDX file: two zeros, the type (8), the rank, big-endian sizes, bytes."""
    raw = path.read_bytes()
    if raw[:2] == b"\x1f\x8b":
        raw = gzip.decompress(raw)
    if raw[:3] != b"\0\0\x08":
        raise ValueError(f"{path.name} is not an IDX file of unsigned bytes")
    rank = raw[3]
    shape = np.frombuffer(raw, ">u4", rank, offset=4).astype(int)
    return np.frombuffer(raw, np.uint8, offset=4 + 4 * rank).reshape(shape)


def one_hot(labels: np.ndarray, classes: int = 10) -> np.ndarray:
    """Row i is zero but for a one in column ``labels[i]``."""
    return np.eye(classes)[labels]
