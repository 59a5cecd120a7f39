"""Graphs for people: listings and pictures."""
