"""What stands round the body: parameters, checks, results, headers, helpers."""
