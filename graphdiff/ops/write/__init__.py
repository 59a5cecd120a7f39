"""Writing into symbolic arrays, and whose memory a handle stands for."""
