"""Measures what builds cost."""
