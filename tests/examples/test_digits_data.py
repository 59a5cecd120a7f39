"""The example's loader: scikit-learn's set, and IDX files as MNIST comes in."""

import gzip
import importlib.util
from pathlib import Path

import numpy as np
import pytest

FILE = Path(__file__).parents[2] / "examples" / "digits_data.py"


@pytest.fixture(scope="module")
def digits_data():
    spec = importlib.util.spec_from_file_location("digits_data", FILE)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def write_idx(path, array):
    sizes = b"".join(int(n).to_bytes(4, "big") for n in array.shape)
    raw = bytes([0, 0, 8, array.ndim]) + sizes + array.astype(np.uint8).tobytes()
    path.write_bytes(gzip.compress(raw) if path.suffix == ".gz" else raw)


def test_mnist_folder(digits_data, tmp_path, rng):
    images = rng.integers(256, size=(5, 4, 3))
    labels = np.array([3, 1, 4, 1, 9])
    write_idx(tmp_path / "train-images-idx3-ubyte", images)
    write_idx(tmp_path / "train-labels-idx1-ubyte.gz", labels)
    write_idx(tmp_path / "t10k-images.idx3-ubyte", images[:2])
    write_idx(tmp_path / "t10k-labels.idx1-ubyte", labels[:2])
    data = digits_data.load(tmp_path)
    np.testing.assert_array_equal(data.train_images, images.reshape(5, 12) / 255)
    np.testing.assert_array_equal(data.train_labels, labels)
    assert data.test_images.shape == (2, 12)
    np.testing.assert_array_equal(digits_data.one_hot(labels).argmax(axis=1), labels)


def test_missing_and_broken_files(digits_data, tmp_path):
    with pytest.raises(FileNotFoundError, match="train-images"):
        digits_data.load(tmp_path)
    (tmp_path / "train-images-idx3-ubyte").write_bytes(b"PNG, honestly")
    with pytest.raises(ValueError, match="not an IDX file"):
        digits_data.load(tmp_path)


def test_bundled_digits(digits_data):
    pytest.importorskip("sklearn")
    data = digits_data.load()
    assert len(data.train_images) + len(data.test_images) == 1797
    assert data.train_images.shape[1] == 64
    assert data.train_images.min() == 0
    assert data.train_images.max() == 1
    assert set(data.test_labels) == set(range(10))
