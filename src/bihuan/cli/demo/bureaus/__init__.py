"""Two years of the audit and the urban management bureau: what is entered in their ledgers, and what becomes of it.

`book.py` holds what is to happen, `acting.py` does it through the real actions; every other file is one subject.
"""
