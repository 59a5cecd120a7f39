"""Twenty elementwise operations over a long vector, summed, and the gradient.

Five rounds of ``x -> tanh(0.9 x + 0.2)^2``. Memory traffic is what hand code pays for
here, so beside the readable version stands one that runs block by block in cache, and
the bare sum of its ufuncs on one block that never leaves the cache: the floor.
"""

import numpy as np

ROUNDS = 5
BLOCK = 8192


def cost(x):
    for _ in range(ROUNDS):
        x = np.tanh(0.9 * x + 0.2) ** 2
    return np.sum(x)


def readable(x):
    tanhs, squares = [], []
    for _ in range(ROUNDS):
        t = np.tanh(0.9 * x + 0.2)
        x = t**2
        tanhs.append(t)
        squares.append(x)
    d_x = np.ones_like(x)
    for t, square in zip(reversed(tanhs), reversed(squares), strict=True):
        d_x = 1.8 * d_x * t * (1 - square)
    return np.sum(x), d_x


class Blocks:
    """The buffers of one block, and the work on it."""

    def __init__(self, size=BLOCK, dtype=np.float64):
        self.size = size
        self.tanhs = np.empty((ROUNDS, size), dtype)
        self.squares = np.empty((ROUNDS, size), dtype)

    def run(self, x, d_x):
        """Value of the block; its gradient goes into `d_x`."""
        tanhs, squares = self.tanhs[:, : len(x)], self.squares[:, : len(x)]
        for t, square in zip(tanhs, squares, strict=True):
            np.multiply(x, 0.9, out=t)
            np.add(t, 0.2, out=t)
            np.tanh(t, out=t)
            x = np.square(t, out=square)
        value = np.add.reduce(x)
        d_x.fill(1)
        for t, square in zip(tanhs[::-1], squares[::-1], strict=True):
            np.multiply(d_x, 1.8, out=d_x)
            np.multiply(d_x, t, out=d_x)
            np.subtract(1, square, out=square)
            np.multiply(d_x, square, out=d_x)
        return value

    def __call__(self, x):
        """Value and gradient, block by block."""
        d_x = np.empty_like(x)
        value = 0.0
        for start in range(0, len(x), self.size):
            block = slice(start, start + self.size)
            value += self.run(x[block], d_x[block])
        return value, d_x


class Floor:
    """The same ufuncs as often, on one block: nothing is ever fetched from memory."""

    def __init__(self, x, size=BLOCK):
        self.blocks = Blocks(size, x.dtype)
        self.count = -(-len(x) // size)
        self.x = x[:size].copy()
        self.d_x = np.empty_like(self.x)

    def __call__(self, x):
        for _ in range(self.count):
            self.blocks.run(self.x, self.d_x)
