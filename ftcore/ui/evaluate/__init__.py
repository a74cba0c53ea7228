"""Runs and their verdict."""
