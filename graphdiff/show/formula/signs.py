"""The signs that formulas are written with: each in LaTeX, in Unicode, and its class.

The classes are TeX's own, which decide the spaces around a sign: an ordinary sign, a
binary operator, a relation, an opening and a closing bracket, punctuation, a large
operator, a named function.
"""

from __future__ import annotations

from typing import NamedTuple


class Sign(NamedTuple):
    """One sign: its LaTeX command, the Unicode characters, and its class."""

    command: str
    text: str
    kind: str


def _table(kind: str, text: str) -> dict[str, Sign]:
    pairs = [item.rpartition("=")[::2] for item in text.split()]
    return {command: Sign(command, sign, kind) for command, sign in pairs}


GREEK: dict[str, Sign] = _table(
    "ord",
    r"\alpha=α \beta=β \gamma=γ \delta=δ \epsilon=ϵ \varepsilon=ε \zeta=ζ \eta=η "
    r"\theta=θ \vartheta=ϑ \iota=ι \kappa=κ \lambda=λ \mu=μ \nu=ν \xi=ξ \pi=π \rho=ρ "
    r"\sigma=σ \varsigma=ς \tau=τ \upsilon=υ \phi=ϕ \varphi=φ \chi=χ \psi=ψ \omega=ω "
    r"\Gamma=Γ \Delta=Δ \Theta=Θ \Lambda=Λ \Xi=Ξ \Pi=Π \Sigma=Σ \Upsilon=Υ \Phi=Φ "
    r"\Psi=Ψ \Omega=Ω",
)
"""The letters of the Greek alphabet that LaTeX has."""

SIGNS: dict[str, Sign] = {
    **GREEK,
    **_table(
        "ord",
        r"\ell=ℓ \partial=∂ \infty=∞ \top=ᵀ \bullet=• \prime=′ \dots=… \vdots=⋮ "
        r"\varnothing=∅ \square=□ \ast=* \star=⋆ \dagger=† \colon=: /=/ \neg=¬",
    ),
    **_table(
        "bin",
        r"+=+ -=− \odot=⊙ \cdot=· \times=× \otimes=⊗ \circ=∘ \wedge=∧ \vee=∨ \oplus=⊕ "
        r"\setminus=∖ \bmod=mod \convolved=∗",
    ),
    **_table(
        "rel",
        r"<=< >=> \le=≤ \ge=≥ \ne=≠ \in=∈ \leftarrow=← \to=→ \approx=≈ \equiv=≡ \ll=≪ "
        r"\gg=≫ \mid=|",
    ),
    "=": Sign("=", "=", "rel"),
    **_table("open", r"(=( [=[ \{={ \lVert=‖ \lvert=| \lfloor=⌊ \lceil=⌈ \langle=⟨"),
    **_table("close", r")=) ]=] \}=} \rVert=‖ \rvert=| \rfloor=⌋ \rceil=⌉ \rangle=⟩"),
    **_table("punct", r",=, ;=;"),
    **_table("big", r"\sum=∑ \prod=∏ \int=∫ \bigwedge=⋀ \bigvee=⋁"),
    **_table(
        "fun",
        r"\log=log \exp=exp \sin=sin \cos=cos \tan=tan \arcsin=arcsin \arccos=arccos "
        r"\arctan=arctan \sinh=sinh \cosh=cosh \tanh=tanh \max=max \min=min \det=det",
    ),
}
"""All signs, by their LaTeX command; what is not a command stands for itself."""

OPENING: dict[str, str] = {
    "(": ")",
    "[": "]",
    r"\{": r"\}",
    r"\lVert": r"\rVert",
    r"\lvert": r"\rvert",
    r"\lfloor": r"\rfloor",
    r"\lceil": r"\rceil",
    r"\langle": r"\rangle",
}
"""The brackets, each with the one that closes it."""
