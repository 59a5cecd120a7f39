"""Control flow that stays control flow: loops and branches as single ops."""
