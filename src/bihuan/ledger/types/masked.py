"""A value that stands for another: what remains of personal data for those who may not see it."""


class Masked(str):
    """Text that a field shows as it is, in place of the value that it masks. It is never stored."""

    __slots__ = ()
