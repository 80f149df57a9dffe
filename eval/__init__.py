"""The offline evaluation: gold as data, measures as pure functions, one runner. Run it with `python -m eval`."""
