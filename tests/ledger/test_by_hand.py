"""Rows read by statements of our own: the same as Django reads, and nothing of one person's for another."""

import pytest
from django.db import models
from django.test import Client

from bihuan.base import clock
from bihuan.base.by_hand import columns_of, read
from bihuan.ledger.definitions import spec_of
from bihuan.ledger.models import Ledger, SavedView
from bihuan.ledger.queries import Asked, list_records
from bihuan.ledger.rules import sees_whole
from bihuan.ledger.saved_views import save_view
from bihuan.loop.actions import create_record
from bihuan.org.actions import end_post
from bihuan.org.actor import actor_of
from bihuan.org.models import Person, Post, SignIn
from tests.cast import Cast
from tests.ledger.making import make_ledger


@pytest.mark.parametrize("model", [Person, SignIn, SavedView, Ledger])
def test_each_column_is_read_as_django_reads_it(cast: Cast, model: type[models.Model]) -> None:
    ledger = make_ledger(cast.office)
    save_view(actor=cast["office"], ledger=ledger, title="本级", audience="person", asked={"sort": "due"})
    Client().force_login(cast.people["office"])
    table = model._meta.db_table
    found = read(model, f"SELECT {columns_of(model)} FROM {table} ORDER BY 1", [])
    kept = list(model._default_manager.order_by(model._meta.pk.attname))
    assert kept
    names = [field.attname for field in model._meta.concrete_fields]
    assert [[getattr(row, name) for name in names] for row in found] == [
        [getattr(row, name) for name in names] for row in kept
    ]
    assert read(model, f"SELECT {columns_of(model)} FROM {table} WHERE 1 = %s", [0]) == []


def test_who_loses_a_post_sees_nothing_more_at_once(cast: Cast) -> None:
    ledger = make_ledger(cast.office)
    create_record(actor=cast["office"], ledger=ledger, fields={"no": "A1", "responsible": "青溪镇"})

    def listed(login: str) -> int:
        actor = actor_of(cast.people[login])
        return len(list_records(actor, ledger, spec_of(ledger), {}, Asked()))

    assert sees_whole(cast["office"], ledger)
    assert [listed("office"), listed("town"), listed("neighbour")] == [1, 1, 0]
    for post in Post.objects.filter(person=cast.people["office"], valid_to=None):
        end_post(post=post, on=clock.today())
    assert [listed("office"), listed("town"), listed("neighbour")] == [0, 1, 0]
