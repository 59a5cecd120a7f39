"""Ratios of emitted and compiled code to hand-written NumPy, measured side by side.

Run all with ``python -m tests.benchmarks``, some with ``python -m tests.benchmarks
digits book``, a fast look with ``--quick``. `handwritten` holds what we measure
against: if you can write one of them faster, do, and the ratios will tell.
"""
