"""Graphs: types, operations, interned nodes, and the graph with its ledger."""
