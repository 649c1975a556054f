"""How quick the pages are: ``make bench``. See ``bench/__main__.py``."""
