"""The statements of the function: the forward part, then the adjoints."""
