"""Django's SQLite backend with the functions that compiled expressions call."""

PAGE_SIZE = 16_384
"""Bytes of a page of a new database: they suit rows of half a kilobyte. A database that is there keeps its own."""
