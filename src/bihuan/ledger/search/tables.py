"""The index's own tables, which Django has no models for: SQL for each database.

SQLite: a full-text table that holds postings and no text (https://www.sqlite.org/fts5.html), by the record's id. What a
record held before it changed stays in it, and only finds a record that is then looked at and left out. PostgreSQL: an
array with an inverted index (GIN).
"""

TABLE = "ledger_search"
_TOKENS = "unicode61 remove_diacritics 0 tokenchars '_'"
_SQLITE = (
    f"CREATE VIRTUAL TABLE {TABLE} USING fts5(grams, content='', columnsize=0, detail=none, tokenize=\"{_TOKENS}\")",
)
_POSTGRESQL = (
    f"CREATE TABLE {TABLE} (record_id bigint PRIMARY KEY, grams text[] NOT NULL)",
    f"CREATE INDEX {TABLE}_grams ON {TABLE} USING gin (grams)",
)


def create_statements(vendor: str) -> tuple[str, ...]:
    return _POSTGRESQL if vendor == "postgresql" else _SQLITE


def drop_statements(vendor: str) -> tuple[str, ...]:  # noqa: ARG001 - the same for both
    return (f"DROP TABLE IF EXISTS {TABLE}",)
