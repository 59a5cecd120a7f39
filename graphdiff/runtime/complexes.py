"""Functions of complex numbers that NumPy lacks."""


def abs_squared(z):
    """Return abs(z)**2, without the root."""
    return z.real**2 + z.imag**2
