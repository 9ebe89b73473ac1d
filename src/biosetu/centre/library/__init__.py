"""The library: solutions, guidance, reusable answers, and open calls."""
