"""The database's own refusal to change or remove an event, as SQL for each engine."""

_SQLITE = """
CREATE TRIGGER event_no_{verb} BEFORE {VERB} ON ledger_event
BEGIN SELECT RAISE(ABORT, 'events are never changed or removed'); END
"""

_POSTGRESQL_FUNCTION = """
CREATE OR REPLACE FUNCTION event_refuse() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION 'events are never changed or removed'; END $$
"""

_POSTGRESQL = """
CREATE TRIGGER event_no_{verb} BEFORE {VERB} ON ledger_event
FOR EACH ROW EXECUTE FUNCTION event_refuse()
"""

_POSTGRESQL_TRUNCATE = """
CREATE TRIGGER event_no_truncate BEFORE TRUNCATE ON ledger_event
FOR EACH STATEMENT EXECUTE FUNCTION event_refuse()
"""


def guard_statements(vendor: str) -> list[str]:
    """The statements that put the guard up, for `sqlite` or `postgresql`."""
    trigger = _POSTGRESQL if vendor == "postgresql" else _SQLITE
    triggers = [trigger.format(verb=verb.lower(), VERB=verb) for verb in ("UPDATE", "DELETE")]
    return [_POSTGRESQL_FUNCTION, *triggers, _POSTGRESQL_TRUNCATE] if vendor == "postgresql" else triggers


def unguard_statements(vendor: str) -> list[str]:
    """The statements that take it down; only a migration of the table itself has a reason to."""
    suffix = " ON ledger_event" if vendor == "postgresql" else ""
    verbs = ("update", "delete", "truncate") if vendor == "postgresql" else ("update", "delete")
    return [f"DROP TRIGGER IF EXISTS event_no_{verb}{suffix}" for verb in verbs]
