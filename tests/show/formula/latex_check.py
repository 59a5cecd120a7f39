"""What any reader of LaTeX asks of a formula: groups that close, commands it knows."""

import re

from tests.cases.table import words

TOKEN = re.compile(r"\\[A-Za-z]+|\\.|[{}$%#~&]|[^\\{}$%#~&]")
KNOWN = set(
    words(
        "frac sqrt left right begin end text mathrm mathbf mathcal operatorname quad "
        "top hat bar tilde dot vec widehat overline widetilde odot cdot times sum prod "
        "partial lVert rVert lvert rvert lfloor rfloor lceil rceil le ge ne in "
        "leftarrow dots vdots ldots log exp sin cos tan arcsin arccos arctan sinh cosh "
        "tanh max min det bmod neg wedge vee oplus bullet prime star infty square ell "
        "textbackslash textasciicircum textasciitilde textless textgreater textbar "
        "textasciigrave textquotedblleft textquotedblright alpha beta gamma delta "
        "epsilon varepsilon zeta eta theta vartheta iota kappa lambda mu nu xi pi rho "
        "sigma varsigma tau upsilon phi varphi chi psi omega Gamma Delta Theta Lambda "
        "Xi Pi Sigma Upsilon Phi Psi Omega"
    )
)
ENVIRONMENTS = {"align*", "aligned", "bmatrix", "cases"}


def check_latex(text: str) -> None:
    """Raise unless groups, brackets and environments close, and all is known."""
    depth, sized, scripted = 0, 0, ""
    for token in TOKEN.findall(text):
        if token == "{":
            depth += 1
        elif token == "}":
            depth -= 1
            assert depth >= 0, text
        elif token in "$%#~":
            raise AssertionError(f"{token} in {text}")
        elif token[0] == "\\" and token[1:].isalpha():
            assert token[1:] in KNOWN, (token, text)
            sized += {r"\left": 1, r"\right": -1}.get(token, 0)
            assert sized >= 0, text
        if depth == 0 and token in ("^", "_"):
            assert scripted != token, f"two scripts: {text}"
        scripted = token if token in ("^", "_") else ""
    assert depth == sized == 0, text
    opened = re.findall(r"\\begin\{([^}]*)\}", text)
    assert set(opened) <= ENVIRONMENTS, text
    assert sorted(opened) == sorted(re.findall(r"\\end\{([^}]*)\}", text))
