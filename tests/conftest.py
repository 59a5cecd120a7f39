"""Settings that every test shares."""

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # The workers share the cores.

import numpy as np
import pytest
from hypothesis import settings

from tests.browser import browser as browser

# No deadline: machines that run tests are shared. Derandomised: a red run is red again.
settings.register_profile("graphdiff", deadline=None, derandomize=True, max_examples=60)
settings.load_profile("graphdiff")

# Emitted code kept as a golden file is text to compare, not a module to collect.
collect_ignore_glob = ["golden/*", "**/golden/*"]


@pytest.fixture
def rng() -> np.random.Generator:
    """A generator with a fixed seed, fresh for each test."""
    return np.random.default_rng(20)
