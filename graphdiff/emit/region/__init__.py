"""How ops that hold graphs are written: loops and branches of Python."""
