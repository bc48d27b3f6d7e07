"""The public page and its desk: what comes in, what is kept out, what is merged, answered and measured."""

import re
from collections.abc import Callable
from datetime import date, timedelta
from io import BytesIO
from math import asin, cos, dist, radians, sin
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st
from lxml import html
from PIL import Image

from bihuan.base import clock
from bihuan.base.errors import Conflict, Invalid, NotAllowed, NotFound
from bihuan.ledger.attachments import path_of
from bihuan.ledger.models import Attachment, Ledger, Record
from bihuan.loop.actions import Said, perform
from bihuan.loop.declared.definitions import InForce, install_declared
from bihuan.loop.petition import captcha
from bihuan.loop.petition.actions import merge, rate, submit
from bihuan.loop.petition.codes import mark_of, new_code
from bihuan.loop.petition.likeness import LIKELY, alike, likeness, metres_between
from bihuan.loop.petition.likeness import Said as Text
from bihuan.loop.petition.models import Petition
from bihuan.loop.petition.queries import alike_to, answered, by_code, to_sort
from bihuan.loop.petition.rules import get_page
from bihuan.loop.petition.spec import PetitionSpec
from bihuan.loop.petition.throttle import LIMITS, visit
from tests.cast import MONDAY, Cast
from tests.ledger.making import SHORT_LOOP, make_ledger
from tests.web.conftest import signed_in

WHO = {"role": ["handler", "reviewer"], "unit": "owner"}
LOOP = {
    **SHORT_LOOP,
    "deadline": None,
    "levels": [],
    "verbs": [
        {"code": "dispatch", "title": "派发", "from": ["open"], "to": "doing", "who": [WHO],
         "asks": [{"field": "town"}]},
        {"code": "refuse", "title": "不予受理", "from": ["open"], "to": "closed", "who": [WHO], "reason": "required"},
        {"code": "answer", "title": "答复", "from": ["doing"], "to": "closed", "who": [WHO],
         "asks": [{"field": "reply", "required": True}]},
    ],
}  # fmt: skip
FIELDS = [
    {"code": "content", "title": "诉求内容", "kind": "longtext", "required": True, "max_length": 500},
    {"code": "place", "title": "地点", "kind": "text"},
    {"code": "phone", "title": "联系电话", "kind": "phone"},
    {"code": "photos", "title": "照片", "kind": "file", "several": True},
    {"code": "channel", "title": "渠道", "kind": "choice", "choices": [{"code": "web", "title": "网页"}]},
    {"code": "town", "title": "承办单位", "kind": "unit"},
    {"code": "reply", "title": "答复", "kind": "longtext"},
]
PAGE: dict[str, Any] = {
    "code": "voice",
    "title": "市民诉求",
    "ledger": "voice",
    "fields": ["content", "place", "phone"],
    "text_field": "content",
    "place_field": "place",
    "photo_field": "photos",
    "set": {"channel": "web"},
    "desk": ["handler", "reviewer"],
    "dispatch": "dispatch",
    "reject": "refuse",
    "answer": ["reply"],
    "reply": {"days": 5},
}
LAMP = "人民路小学门口的路灯坏了三盏，晚上很黑，孩子放学不安全"


@pytest.fixture
def ledger(cast: Cast) -> Ledger:
    return make_ledger(
        cast.office, code="demo.voice", fields=FIELDS, loop=LOOP, unit_field="town", name_field="content"
    )


@pytest.fixture
def page(cast: Cast, ledger: Ledger) -> InForce[PetitionSpec]:
    specs = {"demo.voice": PetitionSpec.model_validate(PAGE)}
    install_declared(kind="petitions", pack="demo", owner=cast.office, specs=specs)
    return get_page("demo.voice")


def take(page: InForce[PetitionSpec], text: str = LAMP, **fields: str) -> Petition:
    return submit(page=page, fields={"content": text, **fields})[0]


def answer(cast: Cast, petition: Petition, text: str = "已修复") -> None:
    office = cast["office"]
    perform(actor=office, pk=petition.record_id, verb="dispatch", said=Said({"town": cast.town.pk}))
    perform(actor=office, pk=petition.record_id, verb="answer", said=Said({"reply": text}))


def test_it_becomes_a_matter_with_only_the_fields_of_the_page(cast: Cast, page: InForce[PetitionSpec]) -> None:
    fields = {
        "content": LAMP,
        "place": "人民路",
        "phone": "13812345678",
        "reply": "假答复",
        "town": "青溪镇",
        "channel": "x",
    }
    petition, code = submit(page=page, fields=fields)
    data = Record.objects.get(pk=petition.record_id).data
    assert data == {"content": LAMP, "place": "人民路", "phone": "13812345678", "channel": "web"}
    # Five working days after Monday, 2 March.
    assert clock.local_date(petition.reply_by) == date(2026, 3, 9)
    assert by_code(code.lower().replace("-", " ")) == petition
    assert code not in str(Petition.objects.filter(pk=petition.pk).values())


def test_bad_fields_are_told_and_nothing_is_kept(page: InForce[PetitionSpec]) -> None:
    for fields, wrong in (
        ({"content": " "}, "content"),
        ({"content": "a", "phone": "12"}, "phone"),
        ({"content": "长" * 501}, "content"),
    ):
        with pytest.raises(Invalid) as caught:
            submit(page=page, fields=fields)
        assert set(caught.value.problems) == {wrong}
    assert not Record.objects.filter(ledger__code="demo.voice").exists()


def test_a_town_is_chosen_from_the_county_s_list(cast: Cast, ledger: Ledger) -> None:
    where = {**PAGE, "fields": ["content", "place", "phone", "town"], "area_field": "town"}
    specs = {"demo.voice": PetitionSpec.model_validate(where)}
    install_declared(kind="petitions", pack="demo", owner=cast.office, specs=specs)
    page, client = get_page("demo.voice"), Client()
    form = html.fromstring(client.get(reverse("public_submit", args=["demo.voice"])).content.decode())
    offered = form.xpath("//select[@name='town']/option/text()")
    assert offered == ["请选择", "青溪镇", "白石镇"], "towns, and neither bureaus nor villages"
    assert Record.objects.get(pk=take(page, town=cast.town.code).record_id).unit_id == cast.town.pk
    for wrong in (cast.office.code, cast.village.code, "青溪镇", "#1"):
        with pytest.raises(Invalid) as caught:
            take(page, town=wrong)
        assert set(caught.value.problems) == {"town"}


def test_codes_are_not_guessed() -> None:
    codes = {new_code() for _ in range(1_000)}
    assert len(codes) == 1_000
    assert all(re.fullmatch(r"([2-9A-HJ-NP-Z]{4}-){3}[2-9A-HJ-NP-Z]{4}", code) for code in codes)
    assert mark_of("ABCD-EFGH-JKLM-NPQR") != mark_of("ABCD-EFGH-JKLM-NPQS")


def test_a_wrong_code_is_answered_like_one_that_never_was(page: InForce[PetitionSpec]) -> None:
    take(page)
    for code in ("", "ABCD", "x" * 5_000, "' OR 1=1 --", new_code()):
        with pytest.raises(NotFound):
            by_code(code)


def test_doubles_are_found_and_merged_and_count_once_answered(cast: Cast, page: InForce[PetitionSpec]) -> None:
    first = take(page, place="人民路小学")
    second = take(page, "人民路小学门口路灯坏了三盏，晚上很黑，孩子放学不安全！", place="人民路 小学")
    third = take(page, "农贸市场垃圾没人清理，气味很大", place="城南市场")
    assert [item.petition for item in alike_to(first)] == [second]
    assert alike_to(third) == []
    for login in ("town", "leader", "neighbour"):
        with pytest.raises((NotAllowed, NotFound)):
            merge(actor=cast[login], pk=second.pk, into=first.pk)
    merge(actor=cast["office"], pk=second.pk, into=first.pk)
    with pytest.raises(Conflict):
        merge(actor=cast["office"], pk=second.pk, into=first.pk)
    with pytest.raises(Conflict):
        merge(actor=cast["office"], pk=third.pk, into=third.pk)
    assert [item.pk for item in to_sort(page)] == [first.pk, third.pk]
    found = answered(page)
    assert (found.total, found.in_time, found.late, found.due, found.overdue, found.merged) == (3, 0, 0, 3, 0, 1)
    answer(cast, first)
    found = answered(page)
    assert (found.in_time, found.due, found.rate) == (2, 1, pytest.approx(200 / 3))
    with clock.fixed(MONDAY + timedelta(days=30)):
        found = answered(page)
        assert (found.in_time, found.due, found.overdue) == (2, 0, 1)
        answer(cast, third)
        found = answered(page)
    assert (found.in_time, found.late, found.overdue) == (2, 1, 0)


def test_an_answer_is_rated_once_and_not_before(cast: Cast, page: InForce[PetitionSpec]) -> None:
    petition, code = submit(page=page, fields={"content": LAMP})
    with pytest.raises(NotAllowed):
        rate(code=code, rating=5)
    answer(cast, petition)
    for wrong in (0, 6, -1):
        with pytest.raises(Invalid):
            rate(code=code, rating=wrong)
    rate(code=code, rating=4, words="很快")
    with pytest.raises(Conflict):
        rate(code=code, rating=1)
    found = answered(page)
    assert (found.rated, found.rating) == (1, 4.0)


def test_the_limit_is_each_address_own_and_ends_with_the_hour(db: None) -> None:
    with clock.fixed(MONDAY):
        for _ in range(LIMITS["submit"]):
            visit("submit", "10.0.0.1")
        with pytest.raises(NotAllowed):
            visit("submit", "10.0.0.1")
        visit("submit", "10.0.0.2")
        visit("ask", "10.0.0.1")
    with clock.fixed(MONDAY + timedelta(hours=1)):
        visit("submit", "10.0.0.1")


def digits_of(token: str) -> str:
    opened = captcha._opened(token)
    assert opened
    return captcha._digits(opened[0])


def sum_of(token: str) -> str:
    opened = captcha._opened(token)
    assert opened
    return str(sum(captcha._sum(opened[0])))


def test_a_riddle_is_answered_once_in_time_by_either_way(db: None) -> None:
    with clock.fixed(MONDAY):
        one, other, late = captcha.new_token(), captcha.new_token(), captcha.new_token()
        assert not captcha.is_right(one, digits_of(one))  # Faster than anybody reads.
    with clock.fixed(MONDAY + timedelta(seconds=20)):
        assert not captcha.is_right(one, "00000" if digits_of(one) != "00000" else "1")
        assert captcha.is_right(one, f" {digits_of(one)} ")
        assert not captcha.is_right(one, digits_of(one))
        assert captcha.is_right(other, sum_of(other))
        for forged in ("", "x", one[:-1], one + "a"):
            assert not captcha.is_right(forged, "1")
            assert captcha.picture(forged) is None
    with clock.fixed(MONDAY + timedelta(minutes=31)):
        assert not captcha.is_right(late, digits_of(late))


def test_the_picture_is_a_picture() -> None:
    token = captcha.new_token()
    content = captcha.picture(token)
    assert content is not None
    assert content == captcha.picture(token)
    image = Image.open(BytesIO(content))
    assert (image.format, image.size) == ("PNG", (170, 56))
    assert re.fullmatch(r"[一二三四五六七八九]加[一二三四五六七八九]等于多少？", captcha.question(token))


POSITIONS = st.tuples(st.floats(73, 135), st.floats(18, 53))


@given(POSITIONS, POSITIONS)
def test_metres_are_those_of_the_sphere(one: tuple[float, float], other: tuple[float, float]) -> None:
    """The same arc by its chord through the earth, in three dimensions."""
    ends = [(cos(radians(y)) * cos(radians(x)), cos(radians(y)) * sin(radians(x)), sin(radians(y))) for x, y in (one, other)]  # fmt: skip
    arc = 2 * 6_371_008.8 * asin(min(1.0, dist(*ends) / 2))
    assert metres_between(one, other) == pytest.approx(arc, abs=0.5)
    assert metres_between(one, other) == metres_between(other, one)


def test_what_stands_at_one_place_is_nearer_than_what_is_called_alike() -> None:
    here, near, far = (120.123456, 30.123456), (120.124, 30.1235), (120.14, 30.13)
    said = [Text(LAMP, "人民路", MONDAY, at) for at in (here, near, far)]
    assert likeness(said[0], said[1]) > 0.9 > likeness(said[0], said[2])
    assert likeness(said[0], Text(LAMP, "人民路", MONDAY)) == 1


TEXTS = st.text(alphabet="路灯坏了三盏晚上很黑ab ，。", max_size=30)


@given(TEXTS, TEXTS)
def test_likeness_is_a_share_and_symmetric(one: str, other: str) -> None:
    assert 0 <= alike(one, other) <= 1
    assert alike(one, other) == alike(other, one)
    near, far = Text(other, "", MONDAY), Text(other, "", MONDAY + timedelta(days=20))
    said = Text(one, "", MONDAY)
    assert likeness(said, far) <= likeness(said, near) <= 1
    assert likeness(said, said) == 1 or len("".join(filter(str.isalnum, one))) < 2


def test_other_words_at_the_same_place_are_not_alike() -> None:
    lamp, market = Text("路灯不亮", "人民路", MONDAY), Text("占道经营无人管理", "人民路", MONDAY)
    assert likeness(lamp, market) < LIKELY


# Over the pages.


@pytest.fixture
def visitor(page: InForce[PetitionSpec]) -> Client:
    return Client(enforce_csrf_checks=False)


def post(visitor: Client, **changed: Any) -> Any:
    """Fill the form in as a person does, who needs a while."""
    url = reverse("public_submit", args=["demo.voice"])
    shown = visitor.get(url).content.decode()
    token = re.search(r'name="token" value="([^"]+)"', shown)
    assert token
    fields = {
        "content": LAMP,
        "place": "人民路",
        "phone": "",
        "token": token[1],
        "riddle": digits_of(token[1]),
    } | changed
    with clock.fixed(clock.now() + timedelta(seconds=30)):
        return visitor.post(url, fields)


def shown_code(response: Any) -> str:
    found = re.search(r'id="code">([^<]+)<', response.content.decode())
    assert found
    return found[1]


def photo(size: tuple[int, int] = (64, 48), **save: Any) -> SimpleUploadedFile:
    stream = BytesIO()
    Image.new("RGB", size, "red").save(stream, "JPEG", **save)
    return SimpleUploadedFile("a.jpg", stream.getvalue(), "image/jpeg")


def test_from_the_form_to_the_answer(visitor: Client, cast: Cast) -> None:
    exif = Image.Exif()
    exif[0x010F] = "SecretPhone"
    code = shown_code(post(visitor, photos=photo(exif=exif)))
    petition = Petition.objects.get()
    kept = path_of(Attachment.objects.get(record=petition.record).sha256).read_bytes()
    assert b"SecretPhone" not in kept
    assert not Image.open(BytesIO(kept)).getexif()
    told = visitor.post(reverse("public_ask"), {"code": code}).content.decode()
    assert "已收到，正在分办" in told
    answer(cast, petition, "三盏灯已换新")
    told = visitor.post(reverse("public_ask"), {"code": code}).content.decode()
    assert "三盏灯已换新" in told
    assert visitor.post(reverse("public_rate"), {"code": code, "rating": "5", "words": ""}).status_code == 200
    assert visitor.post(reverse("public_rate"), {"code": code, "rating": "5", "words": ""}).status_code == 409


@pytest.mark.parametrize(
    "changed, status",
    [
        ({"riddle": "1"}, 422),
        ({"token": "forged"}, 422),
        ({"content": ""}, 422),
        ({"phone": "not a phone"}, 422),
        ({"content": "\0"}, 400),
        ({"photos": SimpleUploadedFile("a.jpg", b"<?php echo 1; ?>")}, 422),
        ({"photos": SimpleUploadedFile("a.svg", b"<svg xmlns='http://www.w3.org/2000/svg'><script/></svg>")}, 422),
        ({"photos": SimpleUploadedFile("a.jpg", b"\xff\xd8\xff" + b"0" * 100)}, 422),
        ({"photos": SimpleUploadedFile("a.jpg", b"\xff\xd8\xff" + b"0" * (9 * 1024 * 1024))}, 422),
    ],
)  # fmt: skip
def test_what_is_not_taken(changed: dict[str, Any], status: int, visitor: Client) -> None:
    assert post(visitor, **changed).status_code == status
    assert not Petition.objects.exists()
    assert not Attachment.objects.exists()


def test_a_bomb_is_not_unpacked(visitor: Client) -> None:
    stream = BytesIO()
    Image.new("1", (8_000, 8_000)).save(stream, "PNG")
    assert post(visitor, photos=SimpleUploadedFile("a.png", stream.getvalue())).status_code == 422


def test_more_photos_than_allowed_are_refused(visitor: Client) -> None:
    assert post(visitor, photos=[photo() for _ in range(5)]).status_code == 422


def test_what_fills_the_trap_is_a_machine(visitor: Client) -> None:
    assert post(visitor, website="http://spam.example").status_code == 200
    assert not Petition.objects.exists()


def test_a_body_that_is_too_large_is_not_read(visitor: Client) -> None:
    url = reverse("public_submit", args=["demo.voice"])
    answer = visitor.post(url, b"x", content_type="application/octet-stream", CONTENT_LENGTH=str(100 * 1024 * 1024))
    assert answer.status_code == 400
    assert "太大" in answer.content.decode()


def test_a_flood_ends(visitor: Client) -> None:
    statuses = [post(visitor).status_code for _ in range(LIMITS["submit"] + 2)]
    assert statuses == [200] * LIMITS["submit"] + [403, 403]
    assert Petition.objects.count() == LIMITS["submit"]


def test_codes_cannot_be_tried_through(visitor: Client) -> None:
    statuses = [visitor.post(reverse("public_ask"), {"code": new_code()}).status_code for _ in range(LIMITS["ask"] + 1)]
    assert statuses == [404] * LIMITS["ask"] + [403]


ATTACK = "<script>alert(1)</script><img src=x onerror=alert(1)>"


def test_script_is_shown_as_text_to_the_public_and_to_the_desk(
    visitor: Client, cast: Cast, clients: Callable[[str], Client]
) -> None:
    code = shown_code(post(visitor, content=ATTACK, place='"><script>alert(2)</script>'))
    desk = signed_in(cast.people["office"]).get(reverse("petition_desk", args=["demo.voice"]))
    told = visitor.post(reverse("public_ask"), {"code": code})
    for answer in (desk, told):
        text = answer.content.decode()
        assert "&lt;script&gt;alert(1)" in text
        assert "<script>alert" not in text
        assert "<img src=x" not in text


def test_only_the_desk_sees_the_desk(page: InForce[PetitionSpec], cast: Cast) -> None:
    url = reverse("petition_desk", args=["demo.voice"])
    seen = {login for login in cast.people if signed_in(cast.people[login]).get(url).status_code == 200}
    assert seen == {"office", "colleague"}


def test_a_public_answer_names_nobody(cast: Cast, page: InForce[PetitionSpec]) -> None:
    petition, code = submit(page=page, fields={"content": LAMP, "phone": "13812345678"})
    answer(cast, petition)
    told = Client().post(reverse("public_ask"), {"code": code}).content.decode()
    assert "13812345678" not in told
    assert "沈审" not in told
