"""How each kind of op is written."""
