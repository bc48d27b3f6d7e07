"""A hand-over of what one person holds by name to another, and what was handed over."""

from django.conf import settings
from django.db import models

_PERSON = settings.AUTH_USER_MODEL


class Handover(models.Model):
    """One hand-over. `ordered_by` is the leader who began it in the giver's place.

    A signature holds for the list as it then stood: its digest is kept with it. `lines` is the list on which both have
    signed, as it was carried out; it names by number and holds no field of any record.
    """

    class State(models.TextChoices):
        OPEN = "open", "待签字"
        DONE = "done", "已交接"
        WITHDRAWN = "withdrawn", "已撤回"

    giver = models.ForeignKey(_PERSON, models.PROTECT, related_name="given_over")
    receiver = models.ForeignKey(_PERSON, models.PROTECT, related_name="taken_over")
    ordered_by = models.ForeignKey(_PERSON, models.PROTECT, null=True, related_name="+")
    reason = models.CharField("事由", max_length=200)
    state = models.CharField(max_length=10, choices=State, default=State.OPEN)
    giver_signed_at = models.DateTimeField(null=True)
    giver_signed_by = models.ForeignKey(_PERSON, models.PROTECT, null=True, related_name="+")
    giver_digest = models.CharField(max_length=64, blank=True)
    receiver_signed_at = models.DateTimeField(null=True)
    receiver_digest = models.CharField(max_length=64, blank=True)
    lines = models.JSONField(default=list)
    posts = models.JSONField(default=list)
    created_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.giver_id}→{self.receiver_id}"
