"""What all the others are made of: entries, axes, positions, sums, products."""
