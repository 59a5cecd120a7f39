"""The ringing of a struck bar: decaying tones fitted in the frequency domain.

Three tones and their decay are found in a second of noisy signal, below a hum of 50 Hz
that is louder than they are. In the spectrum the hum is a few numbers, which are left
out; in time it is everywhere. A tone is c exp((2 pi i f - d) t), of which one hears the
real part: loudness and phase are one complex number c, and so is their gradient,
d/dx + i d/dy, which `scipy.optimize` is handed as pairs of real numbers.

The gradient comes from an emitted module. S. L. Marple, *Digital Spectral Analysis*
(1987), treats the model in chapter 11.
"""

import argparse
from pathlib import Path

import numpy as np
from load_module import load_module
from scipy.optimize import minimize

import graphdiff as gd

RATE, SIZE = 1000, 1000  # samples a second, samples
FREQUENCIES = np.array([93.0, 131.5, 256.3])
DECAYS = np.array([4.0, 7.0, 12.0])
TONES = np.array([1.0 + 0.4j, -0.5 + 0.6j, 0.3 - 0.7j])


def signal(frequency, decay, tone, t):
    """The sum of the tones at times `t`."""
    rates = 2j * np.pi * frequency - decay
    return np.real(tone @ np.exp(rates[:, None] * t))


def misfit(frequency, decay, tone, t, window, spectrum, weight):
    """How far the windowed signal is from a spectrum, in squares."""
    found = np.fft.rfft(window * signal(frequency, decay, tone, t))
    return np.sum(weight * np.abs(found - spectrum) ** 2)


def measured(t):
    """The tones below hum and noise, as a microphone has them."""
    rng = np.random.default_rng(5)
    hum = 2 * np.sin(2 * np.pi * 50 * t + 1)
    return signal(FREQUENCIES, DECAYS, TONES, t) + hum + 0.05 * rng.normal(size=t.size)


def gradient_module(folder):
    """Emit the misfit with its gradient by the tones, its graph beside it."""
    some, many = gd.spec("tones"), gd.spec("n")
    half = gd.spec("n // 2 + 1", dtype=complex)
    form = gd.value_and_grad(misfit, wrt=["frequency", "decay", "tone"])
    specs = some, some, gd.spec("tones", dtype=complex), many, many, half
    module = form.emit(*specs, gd.spec("n // 2 + 1"))
    folder.mkdir(parents=True, exist_ok=True)
    dot = form.graph(*specs, gd.spec("n // 2 + 1")).to_dot()
    (folder / "spectral_fit.dot").write_text(dot)
    module.write(folder / "spectral_fit.py")
    return folder / "spectral_fit.py"


def packed(frequency, decay, tone):
    """All unknowns as one real vector, of about the same size each."""
    return np.concatenate([frequency / 100, np.log(decay), tone.view(float)])


def unpacked(x):
    frequency, log_decay, parts = x[:3] * 100, x[3:6], x[6:]
    return frequency, np.exp(log_decay), parts.copy().view(complex)


def objective(x, gradient, *data):
    """The misfit at a vector, and its slope."""
    frequency, decay, tone = unpacked(x)
    value, slopes = gradient(frequency, decay, tone, *data)
    by_frequency, by_decay, by_tone = slopes
    return value, np.concatenate(
        [by_frequency * 100, by_decay * decay, by_tone.view(float)]
    )


def slope_by_differences(x, *rest):
    h = 1e-6
    steps = h * np.eye(x.size)
    ends = [(objective(x + e, *rest)[0], objective(x - e, *rest)[0]) for e in steps]
    return np.array([(up - down) / (2 * h) for up, down in ends])


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, default=Path("build/spectral_fit"))
    path = gradient_module(parser.parse_args().out)
    print(f"The misfit with its gradient is written to {path}\n")
    gradient = load_module(path).misfit_and_grad
    t = np.arange(SIZE) / RATE
    window = 8 * t * np.exp(1 - 8 * t)
    spectrum = np.fft.rfft(window * measured(t)) / SIZE
    frequencies = np.fft.rfftfreq(SIZE, 1 / RATE)
    weight = np.where(np.abs(frequencies - 50) < 15, 0.0, 1000.0)
    data = t, window / SIZE, spectrum, weight
    heard = np.array([94.0, 131.0, 255.0])
    start = packed(heard, np.full(3, 5.0), np.full(3, 0.5 + 0.5j))
    slope = objective(start, gradient, *data)[1]
    off = np.max(np.abs(slope - slope_by_differences(start, gradient, *data)))
    print(f"The slope of the misfit differs from differences by {off:.0e}.")
    fit = minimize(objective, start, (gradient, *data), jac=True, method="BFGS")
    print(f"Fitted in {fit.nit} iterations, {fit.nfev} spectra.\n")
    print("frequency (Hz)     decay (1/s)      tone")
    print("  true    found    true   found     true           found")
    found = zip(*unpacked(fit.x), strict=True)
    true = zip(FREQUENCIES, DECAYS, TONES, strict=True)
    for (f, d, c), (own_f, own_d, own_c) in zip(true, found, strict=True):
        print(f"{f:7.2f} {own_f:7.2f}   {d:6.2f}  {own_d:6.2f}", end="   ")
        print(f"{c:12.2f}   {own_c:12.2f}")


if __name__ == "__main__":
    main()
