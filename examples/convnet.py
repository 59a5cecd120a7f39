"""Train a convolutional network on handwritten digits; graphdiff writes its gradient.

The loss below is plain NumPy and four functions of ``gd.nn``. It is traced once, with
the batch size left open; the module written from that graph needs NumPy alone, and it
is that module, imported from its file, that computes the gradients of the training.

    python examples/convnet.py
"""

import argparse
import time
from pathlib import Path

import numpy as np
from digits_data import load
from load_module import load_module
from tqdm import tqdm

import graphdiff as gd


def logits_of(params, images):
    """Two convolutions, each rectified and pooled, and a linear layer."""
    w1, b1, w2, b2, w3, b3 = params
    z1 = gd.nn.conv2d(images, w1, padding=1, bias=b1)
    h1 = gd.nn.relu(z1)
    p1 = gd.nn.max_pool(h1, 2)
    z2 = gd.nn.conv2d(p1, w2, padding=1, bias=b2)
    h2 = gd.nn.relu(z2)
    p2 = gd.nn.max_pool(h2, 2)
    logits = p2.reshape(p2.shape[0], -1) @ w3 + b3
    return logits


def loss(params, images, labels, decay=1e-4):
    """Softmax cross-entropy, and weight decay."""
    w1, _, w2, _, w3, _ = params
    weights = np.sum(w1**2) + np.sum(w2**2) + np.sum(w3**2)
    return gd.nn.cross_entropy(logits_of(params, images), labels) + decay * weights


def start(rng):
    """Weights for rectified layers (He et al., 2015), and zero biases."""
    shapes = (8, 1, 3, 3), (16, 8, 3, 3), (64, 10)
    params = []
    for shape in shapes:
        entering = shape[0] if len(shape) == 2 else np.prod(shape[1:])
        params.append(rng.normal(0, np.sqrt(2 / entering), shape))
        params.append(np.zeros(shape[-1] if len(shape) == 2 else shape[0]))
    return params


def write_module(params, folder):
    """Trace, differentiate, and write the module with its test and its picture."""
    form = gd.value_and_grad(loss)
    specs = [
        [gd.spec_like(p) for p in params],
        gd.spec("batch,1,8,8"),
        gd.spec("batch", dtype=np.int64),
    ]
    path = folder / "convnet_gradient.py"
    form.emit(*specs, name="loss_and_grad").write(path, test=True)
    (folder / "convnet_gradient.dot").write_text(form.graph(*specs).to_dot())
    return path


class Adam:
    """Steps scaled by running means of gradients and squares (Kingma and Ba, 2015)."""

    def __init__(self, params, rate):
        self.params, self.rate, self.steps = params, rate, 0
        self.means = [np.zeros_like(p) for p in params]
        self.squares = [np.zeros_like(p) for p in params]

    def step(self, slopes, share):
        """Move the parameters, in place, by this share of the full rate."""
        self.steps += 1
        rate = share * self.rate
        rows = zip(self.params, slopes, self.means, self.squares, strict=True)
        for parameter, slope, mean, square in rows:
            mean += 0.1 * (slope - mean)
            square += 0.001 * (slope**2 - square)
            scale = np.sqrt(square / (1 - 0.999**self.steps)) + 1e-8
            parameter -= rate * mean / (1 - 0.9**self.steps) / scale


def train(gradient, params, images, labels, check, *, rate, epochs, batch):
    """Minimise over batches in random order; say after each epoch how it does."""
    rng = np.random.default_rng(1)
    adam = Adam(params, rate)
    with tqdm(range(1, epochs + 1), unit="epoch", mininterval=0.5) as progress:
        for epoch in progress:
            order = rng.permutation(len(labels))
            total = 0.0
            for first in range(0, len(order), batch):
                chosen = order[first : first + batch]
                value, slopes = gradient(params, images[chosen], labels[chosen])
                total += value * len(chosen)
                adam.step(slopes, 1 - (epoch - 1) / epochs)
            progress.write(
                f"epoch {epoch:2}: loss {total / len(order):.4f}, "
                f"accuracy {check(params):.2%} on held-out digits"
            )


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, default=Path("build/convnet"))
    parser.add_argument("--epochs", type=int, default=15)
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    data = load()
    images, held_out = (
        flat.reshape(-1, 1, 8, 8) for flat in (data.train_images, data.test_images)
    )
    began = time.perf_counter()
    params = start(np.random.default_rng(0))
    path = write_module(params, options.out)
    print(f"Gradient written to {path}")
    gradient = load_module(path).loss_and_grad

    def check(params):
        found = np.argmax(logits_of(params, held_out), axis=1)
        return np.mean(found == data.test_labels)

    settings = {"rate": 0.01, "epochs": options.epochs, "batch": 32}
    train(gradient, params, images, data.train_labels, check, **settings)
    print(f"{check(params):.2%} of held-out digits recognised")
    print(f"Done in {time.perf_counter() - began:.0f} s.")


if __name__ == "__main__":
    main()
