"""What a running graph may call: one table of functions, and those that NumPy lacks."""
