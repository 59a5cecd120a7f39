"""The test that travels with a module."""
