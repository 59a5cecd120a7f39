"""The fast style: one operation a statement, arrays written over again."""
