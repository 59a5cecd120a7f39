"""Windows that slide: convolution, pooling."""
