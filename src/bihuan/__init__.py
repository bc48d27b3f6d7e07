"""Bihuan (闭环): ledgers that close their loops."""
