"""A gallery of derivatives: for each graph a picture (SVG, PNG) and a page to explore.

    python examples/gallery.py                  # all of them, into build/gallery/
    python examples/gallery.py --only hessian   # one
    python examples/gallery.py --update         # the pictures that the README shows

Each picture has the forward part on the left and the gradient on the right, every
adjoint facing the value that it belongs to. Each page is one file that needs no
network: click a node for its formula, its line, its rule, and what it computed from
random numbers; step through backpropagation.
"""

import argparse
import time
from pathlib import Path

import bundle_adjustment
import cross_entropy_network
import numpy as np

import graphdiff as gd

KEPT = Path(__file__).parent / "gallery"
"""Where the pictures stand that the README shows."""


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


def network(W1, W2, X, Y):
    """Two layers and a squared error: small enough to be read edge by edge."""
    H = np.tanh(X @ W1)
    E = H @ W2 - Y
    J = np.sum(E**2)
    return J


def digits(layers, X, Y):
    """Sigmoid layers and a quadratic cost: the first network of digits.py."""
    a = X
    for W, b in layers:
        z = a @ W + b
        a = sigmoid(z)
    return np.sum((a - Y) ** 2) / (2 * X.shape[0])


def cell(params, x, h, c, target):
    """One step of an LSTM: four gates, what is remembered `c`, what is shown `h`."""
    W, U, b = params["W"], params["U"], params["b"]
    z = W @ h + U @ x + b
    forget, write, show = sigmoid(z[0]), sigmoid(z[1]), sigmoid(z[2])
    c_next = forget * c + write * np.tanh(z[3])
    h_next = show * np.tanh(c_next)
    return np.sum((h_next - target) ** 2)


def logistic(w, X, y):
    """A log-likelihood, whose Hessian is X' diag(p (1 - p)) X for p = sigmoid(z)."""
    z = X @ w
    return np.sum(gd.nn.softplus(z) - y * z)


def misfit(cameras, points, observed):
    """How far points appear from where they were seen: rotation, lens, distortion."""
    residual = bundle_adjustment.projected(cameras, points) - observed
    return np.sum(residual**2)


def graph_of_network():
    shapes = map(gd.spec, ("i,h", "h,o", "batch,i", "batch,o"))
    return gd.value_and_grad(network, wrt=("W1", "W2")).graph(*shapes)


def graph_of_digits():
    layers = [
        (gd.spec("pixels,hidden"), gd.spec("hidden")),
        (gd.spec("hidden,classes"), gd.spec("classes")),
    ]
    shapes = gd.spec("batch,pixels"), gd.spec("batch,classes")
    return gd.value_and_grad(digits).graph(layers, *shapes)


def graph_of_section_6_5_7():
    return cross_entropy_network.graph_of(cross_entropy_network.with_relu)


def graph_of_cell():
    params = {"W": gd.spec("4,n,n"), "U": gd.spec("4,n,m"), "b": gd.spec("4,n")}
    shapes = map(gd.spec, ("m", "n", "n", "n"))
    return gd.value_and_grad(cell, wrt=("params", "h", "c")).graph(params, *shapes)


def graph_of_hessian():
    return gd.hessian(logistic).graph(gd.spec("d"), gd.spec("n,d"), gd.spec("n"))


def graph_of_misfit():
    shapes = map(gd.spec, ("n,9", "n,3", "n,2"))
    return gd.value_and_grad(misfit, wrt=("cameras", "points")).graph(*shapes)


GRAPHS = {
    "network": ("Two layers and a squared error", graph_of_network),
    "digits": ("A network for handwritten digits", graph_of_digits),
    "section_6_5_7": ("Section 6.5.7 of Deep Learning", graph_of_section_6_5_7),
    "lstm_cell": ("An LSTM cell", graph_of_cell),
    "hessian": ("The Hessian of a logistic regression", graph_of_hessian),
    "bundle_adjustment": ("A residual of bundle adjustment", graph_of_misfit),
}


def values_of(graph):
    """Random values for the inputs; each open size is another small number."""
    rng = np.random.default_rng(0)
    sizes = {name: n for n, name in enumerate(graph.dims, start=3)}
    found = {}
    for name, node in graph.inputs.items():
        shape = [sizes.get(str(n), n) for n in node.type.shape]
        whole = node.type.dtype.kind == "i"
        found[name] = rng.integers(3, size=shape) if whole else rng.normal(size=shape)
    return found


def write(name, graph, folder):
    """The picture, twice, and the page of one graph."""
    (folder / f"{name}.svg").write_text(graph.to_svg(), encoding="utf-8")
    (folder / f"{name}.png").write_bytes(graph.to_png())
    page = graph.to_html(values_of(graph))
    (folder / f"{name}.html").write_text(page, encoding="utf-8")


PAGE = """<!doctype html>
<html lang="en">
<meta charset="utf-8"/>
<title>graphdiff: a gallery of derivatives</title>
<style>
body {{ font: 16px sans-serif; max-width: 70rem; margin: auto; padding: 1rem; }}
figure {{ margin: 3rem 0; }}
img {{ max-width: 100%; max-height: 90vh; background: white; }}
</style>
<h1>A gallery of derivatives</h1>
{figures}
</html>
"""
FIGURE = """<figure>
<figcaption><h2>{title}</h2>
<p><a href="{name}.html">Page to explore</a>,
<a href="{name}.svg">SVG</a>, <a href="{name}.png">PNG</a></p></figcaption>
<a href="{name}.html"><img src="{name}.svg" alt="{title}: the graph"/></a>
</figure>"""


def index():
    """A page with every picture, each leading to the page of its graph."""
    figures = [
        FIGURE.format(name=name, title=title) for name, (title, _) in GRAPHS.items()
    ]
    return PAGE.format(figures="\n".join(figures))


def update():
    """Write the pictures that are kept in the repository."""
    KEPT.mkdir(exist_ok=True)
    for name, (_, graph_of) in GRAPHS.items():
        (KEPT / f"{name}.svg").write_text(graph_of().to_svg(), encoding="utf-8")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, default=Path("build/gallery"))
    parser.add_argument("--only", choices=GRAPHS, help="only this one")
    parser.add_argument(
        "--update", action="store_true", help="write the pictures of the README instead"
    )
    options = parser.parse_args()
    if options.update:
        update()
        return
    options.out.mkdir(parents=True, exist_ok=True)
    for name in [options.only] if options.only else GRAPHS:
        title, graph_of = GRAPHS[name]
        began = time.perf_counter()
        graph = graph_of()
        write(name, graph, options.out)
        print(f"{title}: {len(graph)} nodes, {time.perf_counter() - began:.1f} s")
    (options.out / "index.html").write_text(index(), encoding="utf-8")
    print(f"Written to {options.out}: open {options.only or 'index'}.html")


if __name__ == "__main__":
    main()
