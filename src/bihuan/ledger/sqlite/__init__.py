"""Django's SQLite backend with the functions that compiled expressions call."""
