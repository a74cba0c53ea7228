"""Benchmarks, each with its baseline in the same run: the ratio is what counts, absolute times move with the machine."""
