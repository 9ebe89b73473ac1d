"""The support centre in a browser: the Django project. Its apps hold no science; they call `jobs` and the rooms."""
