"""The database's own refusal to change or remove an entry of the access log, as SQL for each engine."""

_SQLITE = """
CREATE TRIGGER access_no_{verb} BEFORE {VERB} ON org_accessentry
BEGIN SELECT RAISE(ABORT, 'the access log is never changed'); END
"""
_FUNCTION = """
CREATE OR REPLACE FUNCTION access_refuse() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION 'the access log is never changed'; END $$
"""
_POSTGRESQL = """
CREATE TRIGGER access_no_{verb} BEFORE {VERB} ON org_accessentry
FOR EACH {each} EXECUTE FUNCTION access_refuse()
"""
_VERBS = (("UPDATE", "ROW"), ("DELETE", "ROW"), ("TRUNCATE", "STATEMENT"))


def guard_statements(vendor: str) -> list[str]:
    """The statements that put the guard up, for `sqlite` or `postgresql`."""
    if vendor == "postgresql":
        return [_FUNCTION, *(_POSTGRESQL.format(verb=verb.lower(), VERB=verb, each=each) for verb, each in _VERBS)]
    return [_SQLITE.format(verb=verb.lower(), VERB=verb) for verb, _ in _VERBS[:2]]


def unguard_statements(vendor: str) -> list[str]:
    """The statements that take it down."""
    if vendor == "postgresql":
        return [f"DROP TRIGGER IF EXISTS access_no_{verb.lower()} ON org_accessentry" for verb, _ in _VERBS]
    return [f"DROP TRIGGER IF EXISTS access_no_{verb.lower()}" for verb, _ in _VERBS[:2]]
