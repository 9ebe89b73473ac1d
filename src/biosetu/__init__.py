"""BioSetu: from what was agreed to measured results in countries."""

from importlib.metadata import version

__version__ = version("biosetu")
