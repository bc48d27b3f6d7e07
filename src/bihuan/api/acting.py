"""Who asks the interface."""

from django.http import HttpRequest

from bihuan.base.errors import NotFound
from bihuan.org.actor import Actor, actor_of
from bihuan.org.models import Person


def acting(request: HttpRequest) -> Actor:
    """Who asks. Only a signed-in person gets here."""
    if not isinstance(request.user, Person):
        raise NotFound("没有登录")
    return actor_of(request.user)
