"""What is stored so far: statements, variables, values as texts."""
