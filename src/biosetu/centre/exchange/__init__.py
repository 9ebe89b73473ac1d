"""Requests that pass from one centre to another as signed files."""
