"""Benchmark commands: `python -m bench [NAME]`. Each prints figures with ratios against a baseline of the same run."""
