"""Backup and restore of a whole instance: one archive, the same from every database, verified before it counts."""
