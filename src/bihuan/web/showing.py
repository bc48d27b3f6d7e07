"""Values of the core as the templates take them: lights, facts, times in words."""

import re
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import Any
from urllib.parse import urlencode

from django.core.paginator import Page
from django.urls import reverse

from bihuan.base import clock
from bihuan.ledger.attachments import Twin
from bihuan.ledger.models import Attachment, Record
from bihuan.ledger.paging import Row
from bihuan.ledger.pictures import IMAGES
from bihuan.ledger.spec import FieldSpec, LedgerSpec
from bihuan.ledger.types import Lookup
from bihuan.ledger.values import shown
from bihuan.loop.colour import WORDS, Bounds, Colour, colour_of, word
from bihuan.loop.deadline import days_left
from bihuan.loop.spec import LoopSpec
from bihuan.loop.tally_counts import Counts

UNKNOWN = "—"
_COUNT_WORDS = {"calendar": "天", "working": "个工作日"}


def light(record: Record | Row, loop: LoopSpec, bounds: Bounds) -> dict[str, str]:
    """A matter's light: the colour's code, the loop's word for it, and the rule with the days left."""
    colour = colour_of(record.due_at, record.closed_at, bounds)
    return {"code": colour.value, "title": word(loop, colour), "hint": light_hint(record, colour, bounds)}


def light_hint(record: Record | Row, colour: Colour, bounds: Bounds) -> str:
    if colour is Colour.WHITE:
        return f"{moment(record.closed_at)} 销号"
    if record.due_at is None:
        return "还没有期限"
    unit = _COUNT_WORDS[bounds.rule.count]
    return f"{left(record, bounds)}；期限前 {bounds.rule.yellow_within} {unit}内为黄，过期为红"


def left(record: Record | Row, bounds: Bounds) -> str:
    """How far the deadline is: 还剩 3 个工作日, 今天到期, 已超期 2 天; empty without one or once closed."""
    if record.due_at is None or record.closed_at:
        return ""
    today, due = clock.local_date(bounds.at), clock.local_date(record.due_at)
    if record.due_at < bounds.at:
        days = (today - due).days
        return f"已超期 {days} 天" if days else "今天已超期"
    if due == today:
        return "今天到期"
    return f"还剩 {days_left(today, due, bounds.rule.count)} {_COUNT_WORDS[bounds.rule.count]}"


def cell_as_seen(value: Any) -> str:
    """A cell as the spreadsheet shows it: a whole number without its point, a bare date without its hour."""
    if isinstance(value, float) and value.is_integer():
        return f"{value:.0f}"
    if isinstance(value, datetime) and value.time() == time():
        return value.date().isoformat()
    return str(value).strip()


def moment(at: datetime | None) -> str:
    return at.astimezone(clock.COUNTY_TIME).isoformat(" ", "minutes")[:16] if at else ""


def when(at: datetime | None) -> str:
    """A time for which only the day may be known, which is kept as its first instant."""
    return day(at) if at and clock.start_of_day(clock.local_date(at)) == at else moment(at)


def instant_of(text: str) -> datetime:
    """An instant as a loop's log keeps it."""
    return datetime.fromisoformat(text)


def stamp(text: str) -> str:
    """The same, shown."""
    return moment(instant_of(text))


def short_moment(at: datetime) -> str:
    """A time of this year without the year, for narrow places."""
    local = at.astimezone(clock.COUNTY_TIME)
    return f"{local:%m-%d %H:%M}" if local.year == clock.today().year else f"{local:%Y-%m-%d}"


def day(at: datetime | None) -> str:
    return clock.local_date(at).isoformat() if at else ""


def long_day(value: date) -> str:
    return f"{value.month}月{value.day}日 星期{'一二三四五六日'[value.weekday()]}"


def full_day(value: date) -> str:
    return f"{value.year}年{long_day(value)}"


def elapsed(span: timedelta) -> str:
    """A duration in words: 3 天 4 小时, 25 分钟."""
    minutes = int(span.total_seconds() // 60)
    days, hours = minutes // 1440, minutes % 1440 // 60
    if days:
        return f"{days} 天" + (f" {hours} 小时" if hours else "")
    return f"{hours} 小时" if hours else f"{max(minutes, 0)} 分钟"


def hours_in_words(hours: float | None) -> str:
    if hours is None:
        return UNKNOWN
    return f"{hours:.1f} 小时" if hours < 72 else f"{hours / 24:.1f} 天"


def percent(rate: float | None) -> str:
    return UNKNOWN if rate is None else f"{rate:.2f}%"


def name_of(record: Record, spec: LedgerSpec, lookup: Lookup) -> str:
    """What a record is called: its name field, or its number."""
    field = spec.by_code.get(spec.name_field)
    return (shown(field, record.data.get(field.code), lookup) if field else "") or record.number


def colour_counts(
    counts: Counts, loop: LoopSpec | None, url: str, kept: dict[str, str] | None = None
) -> list[dict[str, Any]]:
    """The four counts with links to the lists they count."""
    return [
        {
            "code": colour.value,
            "title": word(loop, colour) if loop else WORDS[colour],
            "count": counts[colour],
            "url": f"{url}?{urlencode({**(kept or {}), 'colour': colour.value})}",
            "hint": "",
        }
        for colour in Colour
    ]


_FROM_A_DATABASE = re.compile(r"[a-z0-9]+(_[a-z0-9]+)+", re.ASCII | re.IGNORECASE)


def title_of(field: FieldSpec, spec: LedgerSpec) -> str:
    """A field's title as a page has room for it.

    The head of a spreadsheet may have several levels (审计查出问题/问题摘要); the last is enough where no other field
    shares it. Names from a database (case_enquiry_id) are read more easily without their underscores.
    """
    last = field.title.rpartition("/")[2].strip()
    title = field.title if spec.last_titles[last] > 1 or not last else last
    return title.replace("_", " ") if _FROM_A_DATABASE.fullmatch(title) else title


def fact(field: FieldSpec, spec: LedgerSpec, record: Record, lookup: Lookup) -> dict[str, Any]:
    """A field on a record's page; files link to themselves."""
    value = record.data.get(field.code)
    found: dict[str, Any] = {
        "title": title_of(field, spec),
        "text": shown(field, value, lookup),
        "kind": look_of(field),
        "wide": field.kind == "longtext",
        "blank": "未填" if value is None else "",
    }
    if field.kind == "record" and value:
        found["url"] = reverse("record", args=[value])
    if field.kind == "file" and value:
        found["links"] = [
            {"title": lookup.file_names.get(pk, str(pk)), "url": reverse("attachment", args=[pk])} for pk in value
        ]
    return found


def look_of(field: FieldSpec) -> str:
    known = {
        "integer": "number",
        "number": "number",
        "money": "money",
        "longtext": "text",
        "datetime": "date",
    }
    return known.get(field.kind, field.kind)


def groups(spec: LedgerSpec) -> dict[str, list[FieldSpec]]:
    """The fields by their group, in order."""
    found: dict[str, list[FieldSpec]] = {}
    for field in spec.fields:
        found.setdefault(field.group or "基本信息", []).append(field)
    return found


def pager(page: Page[Any], sizes: Sequence[int] = ()) -> dict[str, Any]:
    """A page of a list, for components/pager.html."""
    whole = page.paginator
    size = int(whole.per_page)
    return {"number": page.number, "pages": whole.num_pages, "total": whole.count, "size": size, "sizes": sizes}


def attachment(file: Attachment, same: Sequence[Twin]) -> dict[str, Any]:
    """A file of a record; `same` are those of other records that are the same, as far as they may be told."""
    is_image = file.media_type in IMAGES
    return {
        "pk": file.pk,
        "title": file.name,
        "size": size(file.size),
        "kind": "image" if is_image else "pdf" if file.media_type == "application/pdf" else "other",
        "thumb": reverse("thumbnail", args=[file.pk]) if file.look else None,
        "by": file.person.name if file.person else "",
        "at": moment(file.created_at),
        "hash": file.sha256[:12],
        "reused": reused(same),
    }


def reused(same: Sequence[Twin]) -> str:
    """That a file is used for other matters too, and which; empty where it is not."""
    exact = list(dict.fromkeys(str(twin.file.record) for twin in same if twin.is_exact))
    alike = list(dict.fromkeys(str(twin.file.record) for twin in same if not twin.is_exact))
    return "；".join(
        f"{'、'.join(numbers[:3])}{'等' if len(numbers) > 3 else ''}{word}"
        for numbers, word in ((exact, "也用了同一文件"), (alike, "有一张疑似相同的照片"))
        if numbers
    )


def size(count: int) -> str:
    return f"{count / 1048576:.1f} MB" if count >= 1048576 else f"{max(1, count // 1024)} KB"
