"""The convolutional network: its module computes its loss, and its training learns."""

import numpy as np
import pytest

from tests.examples.scripts import load

pytest.importorskip("sklearn")
pytest.importorskip("tqdm")


@pytest.fixture(scope="module")
def convnet():
    return load("convnet")


def test_the_module_has_the_loss_and_its_slopes(convnet, tmp_path, rng):
    params = convnet.start(rng)
    images, labels = rng.random((3, 1, 8, 8)), np.array([1, 7, 7])
    gradient = convnet.load_module(convnet.write_module(params, tmp_path)).loss_and_grad
    value, slopes = gradient(params, images, labels)
    assert value == pytest.approx(convnet.loss(params, images, labels))
    along = [rng.standard_normal(p.shape) for p in params]
    ends = [
        convnet.loss(
            [p + h * v for p, v in zip(params, along, strict=True)], images, labels
        )
        for h in (1e-6, -1e-6)
    ]
    expected = sum(np.sum(s * v) for s, v in zip(slopes, along, strict=True))
    assert (ends[0] - ends[1]) / 2e-6 == pytest.approx(expected, rel=1e-6)
    assert (tmp_path / "convnet_gradient.dot").read_text().startswith("digraph")


def test_two_epochs_learn(convnet, tmp_path, capsys):
    data = convnet.load()
    params = convnet.start(np.random.default_rng(0))
    gradient = convnet.load_module(convnet.write_module(params, tmp_path)).loss_and_grad
    images = data.train_images.reshape(-1, 1, 8, 8)
    held_out = data.test_images.reshape(-1, 1, 8, 8)

    def check(params):
        found = np.argmax(convnet.logits_of(params, held_out), axis=1)
        return np.mean(found == data.test_labels)

    settings = {"rate": 0.01, "epochs": 2, "batch": 32}
    convnet.train(gradient, params, images, data.train_labels, check, **settings)
    assert check(params) > 0.8
