"""Explanations: where a gradient comes from, what differs, why a value is NaN."""
