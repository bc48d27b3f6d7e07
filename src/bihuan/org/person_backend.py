"""Who a sign-in belongs to. Django's own way, with the person read by hand, because every request asks it."""

from typing import Any

from django.contrib.auth.backends import ModelBackend

from bihuan.base.by_hand import columns_of, read
from bihuan.org.models import Person

_BY_ID = f"SELECT {columns_of(Person)} FROM org_person WHERE id = %s"


class PersonBackend(ModelBackend):
    """Named by AUTHENTICATION_BACKENDS."""

    def get_user(self, user_id: Any) -> Person | None:
        """The person, unless they were shut out or are no more."""
        person = next(iter(read(Person, _BY_ID, [user_id])), None)
        return person if person is not None and self.user_can_authenticate(person) else None
