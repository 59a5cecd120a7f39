"""What is written, in which order, and what values are called."""
