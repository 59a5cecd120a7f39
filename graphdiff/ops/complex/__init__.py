"""Complex numbers, and the transforms of Fourier."""
