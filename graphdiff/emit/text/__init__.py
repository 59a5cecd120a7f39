"""Python as text: expressions, where they break, layout, names."""
