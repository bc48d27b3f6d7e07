"""Who is signed in where. A sign-in ends when nothing is asked of it for a while, after some hours whatever is asked,
when its person's password or posts change, when the person is shut out, and when they end it themselves.

Django's store of sessions in the database, with a table of ours, so that the sign-ins of a person can be listed.
"""

import hashlib
from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore as DatabaseStore
from django.db.models import QuerySet

from bihuan.base import clock
from bihuan.base.by_hand import columns_of, read
from bihuan.base.waiting import if_free
from bihuan.org.models import Person, SignIn
from bihuan.org.policy import current_policy

ADDRESS, AGENT = "sign_in_address", "sign_in_agent"
"""Under which names a sign-in keeps where it came from."""
_BY_KEY = f"SELECT {columns_of(SignIn)} FROM org_signin WHERE session_key = %s"
"""By hand, because every request asks it."""
_TOLD_EVERY = timedelta(minutes=1)
"""How exactly it is known when something was last asked: a write for every page would be too dear."""


class SessionStore(DatabaseStore):
    """The sessions of this program; named by SESSION_ENGINE."""

    _row: SignIn | None = None

    @classmethod
    def get_model_class(cls) -> type[SignIn]:
        return SignIn

    def _get_session_from_db(self) -> SignIn | None:
        found = next(iter(read(SignIn, _BY_KEY, [self.session_key or ""])), None)
        if found is None or found.is_over(clock.now()):
            self._session_key = None
            return None
        self._row = found
        return found

    def create(self) -> None:
        """A new key is a new sign-in, with limits of its own."""
        self._row = None
        super().create()

    def create_model_instance(self, data: dict[str, Any]) -> SignIn:
        now, known = clock.now(), self._row
        policy = None if known else current_policy()
        person = data.get(SESSION_KEY)
        self._row = SignIn(
            session_key=self.session_key or "",
            session_data=self.encode(data),
            expire_date=known.expire_date if known else now + timedelta(hours=policy.longest_hours if policy else 0),
            person_id=int(person) if person else None,
            begun_at=known.begun_at if known else now,
            seen_at=now,
            idle_seconds=known.idle_seconds if known else policy.idle_minutes * 60 if policy else 0,
            address=str(data.get(ADDRESS, ""))[:45],
            agent=str(data.get(AGENT, ""))[:200],
        )
        return self._row

    @property
    def begun_at(self) -> datetime | None:
        """When it was begun: by signing in, or by a visit."""
        self.is_empty()  # loads it
        return self._row.begun_at if self._row else None

    def keep_awake(self) -> None:
        """Note that something was asked, so that the sign-in is not idle.

        While a long write holds the database it is left to the next request: no page waits for this.
        """
        self.is_empty()  # loads it
        now = clock.now()
        if self._row and now - self._row.seen_at >= _TOLD_EVERY:
            with if_free():
                SignIn.objects.filter(pk=self._row.pk).update(seen_at=now)
                self._row.seen_at = now


def sign_ins_of(person: Person) -> list[SignIn]:
    """The browsers in which a person is signed in now, the last used first."""
    now = clock.now()
    return [row for row in _all_of(person).order_by("-seen_at") if not row.is_over(now)]


def mark_of(key: str) -> str:
    """What a sign-in is called on a page: its key itself would let whoever reads it take it over."""
    return hashlib.sha256(f"sign-in|{key}".encode()).hexdigest()[:16]


def end_sign_ins(person: Person, *, but: str = "") -> int:
    """End a person's sign-ins, but for the one with this key; returns how many were ended."""
    return _all_of(person).exclude(session_key=but).delete()[0]


def end_sign_in(person: Person, mark: str) -> bool:
    """End one of a person's own sign-ins by its mark; False if it is not theirs or ended already."""
    keys = [row.session_key for row in _all_of(person) if mark_of(row.session_key) == mark]
    return bool(_all_of(person).filter(session_key__in=keys).delete()[0])


def forget_ended() -> None:
    """Drop the rows of sign-ins that ran out."""
    SignIn.objects.filter(expire_date__lt=clock.now()).delete()


def _all_of(person: Person) -> QuerySet[SignIn]:
    return SignIn.objects.filter(person_id=person.pk)
