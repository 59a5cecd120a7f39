"""``python -m tests.benchmarks [--quick] [NAME ...]``."""

import argparse

from tests.benchmarks import (
    batching,
    convolution,
    elementwise,
    loops,
    measure,
    networks,
    scaling,
    second_order,
    sparse,
)

BENCHMARKS = {
    "digits": networks.digits,
    "book": networks.book_example,
    "chain": elementwise.chain,
    "convolution": convolution.convolution,
    "rosenbrock": elementwise.rosenbrock,
    "loops": loops.loops,
    "scaling": scaling.programs,
    "import": scaling.imports,
    "hessian": second_order.hessians,
    "sparse": sparse.sparse,
    "batching": batching.batching,
}


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks")
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(BENCHMARKS))
    parser.add_argument("--quick", action="store_true", help="a tenth of the time")
    options = parser.parse_args()
    if unknown := set(options.names) - set(BENCHMARKS):
        parser.error(f"no benchmark {sorted(unknown)}; there are {list(BENCHMARKS)}")
    print(measure.machine())
    print(
        "columns: fastest of interleaved rounds, ratio to the first row, peak memory, "
        "fresh pages in a call"
    )
    missed = 0
    for name in options.names or BENCHMARKS:
        for make in BENCHMARKS[name]():
            missed += make().run(seconds=0.6 if options.quick else 6.0)
    print(f"\n{missed} ratios over their bound" if missed else "\nall within bounds")


if __name__ == "__main__":
    main()
