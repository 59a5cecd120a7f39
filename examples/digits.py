"""Train two networks on handwritten digits, with gradient code that graphdiff writes.

Each loss below is plain NumPy. It is traced once, with the batch size and the widths of
the layers left open; the module written from that graph needs NumPy alone, and it is
that module, imported from its file, that computes the gradients of the training.

    python examples/digits.py                 # the digits that come with scikit-learn
    python examples/digits.py --mnist FOLDER  # MNIST's IDX files
"""

import argparse
import time
from itertools import pairwise
from pathlib import Path

import numpy as np
from digits_data import load, one_hot
from load_module import load_module
from tqdm import tqdm

import graphdiff as gd


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


def classic(layers, X, Y):
    """Sigmoid layers, quadratic cost."""
    a = X
    for W, b in layers:
        z = a @ W + b
        a = sigmoid(z)
    return np.sum((a - Y) ** 2) / (2 * X.shape[0])


def modern(layers, X, y, decay=1e-4):
    """Rectified layers, softmax cross-entropy and weight decay, as in section 6.5.7."""
    (W1, b1), (W2, b2) = layers
    h = gd.nn.relu(X @ W1 + b1)
    logits = h @ W2 + b2
    return gd.nn.cross_entropy(logits, y) + decay * (np.sum(W1**2) + np.sum(W2**2))


def write_module(loss, labels, folder):
    """Trace, differentiate, and write the module with its test and its graph."""
    layers = [
        (gd.spec("pixels,hidden"), gd.spec("hidden")),
        (gd.spec("hidden,classes"), gd.spec("classes")),
    ]
    form = gd.value_and_grad(loss)
    specs = layers, gd.spec("batch,pixels"), labels
    module = form.emit(*specs, name=f"{loss.__name__}_and_grad")
    path = folder / f"{loss.__name__}_gradient.py"
    module.write(path)
    (folder / f"{loss.__name__}_gradient.dot").write_text(form.graph(*specs).to_dot())
    return path


def accuracy(layers, squash, images, labels):
    a = images
    for W, b in layers[:-1]:
        a = squash(a @ W + b)
    W, b = layers[-1]
    return np.mean(np.argmax(a @ W + b, axis=1) == labels)


def train(gradient, layers, squash, data, targets, *, rate, epochs, batch):
    """Stochastic gradient descent, with the accuracy on the held-out split."""
    rng = np.random.default_rng(1)
    score = 0.0
    with tqdm(range(1, epochs + 1), unit="epoch", mininterval=0.5) as progress:
        for epoch in progress:
            order = rng.permutation(len(targets))
            total = 0.0
            for start in range(0, len(order), batch):
                chosen = order[start : start + batch]
                value, slopes = gradient(
                    layers, data.train_images[chosen], targets[chosen]
                )
                total += value * len(chosen)
                for parameters, steps in zip(layers, slopes, strict=True):
                    for parameter, step in zip(parameters, steps, strict=True):
                        parameter -= rate * step
            score = accuracy(layers, squash, data.test_images, data.test_labels)
            progress.write(
                f"epoch {epoch:2}: loss {total / len(order):.4f}, "
                f"accuracy {score:.2%} on held-out digits"
            )
    return score


def start(sizes, rng):
    """Small random weights, zero biases."""
    return [
        (rng.normal(0, 1 / np.sqrt(m), (m, n)), np.zeros(n)) for m, n in pairwise(sizes)
    ]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--mnist", type=Path, help="folder with MNIST's IDX files")
    parser.add_argument("--out", type=Path, default=Path("build/digits"))
    parser.add_argument("--epochs", type=int, default=30)
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    data = load(options.mnist)
    pixels = data.train_images.shape[1]
    began = time.perf_counter()
    runs = [
        (classic, gd.spec("batch,classes"), sigmoid, one_hot(data.train_labels), 3.0),
        (modern, gd.spec("batch", dtype=np.int64), gd.nn.relu, data.train_labels, 0.2),
    ]
    for loss, labels, squash, targets, rate in runs:
        path = write_module(loss, labels, options.out)
        print(f"\n{loss.__doc__}\nGradient written to {path}")
        gradient = getattr(load_module(path), f"{loss.__name__}_and_grad")
        layers = start([pixels, 48, 10], np.random.default_rng(0))
        settings = {"rate": rate, "epochs": options.epochs, "batch": 10}
        score = train(gradient, layers, squash, data, targets, **settings)
        print(f"{loss.__name__}: {score:.2%} of held-out digits recognised")
    print(f"\nDone in {time.perf_counter() - began:.0f} s.")


if __name__ == "__main__":
    main()
