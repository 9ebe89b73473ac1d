"""The command line: one module a command group, no science, no policy; `jobs` does the work."""
