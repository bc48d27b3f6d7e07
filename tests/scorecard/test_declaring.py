"""A scorecard declared on screen: the form says what the definition says, and who may declare over what."""

from decimal import Decimal
from typing import Any

import pytest
import yaml
from django.http import QueryDict
from django.test import Client
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from bihuan.base.errors import Invalid
from bihuan.installed import KINDS, packs_folder
from bihuan.org.actions import give_post
from bihuan.pack.reading import read_pack
from bihuan.scorecard.declaring import read_definition, to_yaml
from bihuan.scorecard.definitions import install_scorecard, scorecard_in_force, spec_of
from bihuan.scorecard.models import ScorecardVersion
from bihuan.scorecard.scoring_words import KINDS as SCORINGS
from bihuan.scorecard.scoring_words import read, written
from bihuan.scorecard.spec import ScorecardSpec
from bihuan.web.scorecard_form import declared, lines_of
from tests.cast import FOUNDED, Cast
from tests.scorecard.cards import SCORES, WHOLE, card
from tests.scorecard.test_publishing import CARD, towns

__all__ = ["towns"]


def posted(spec: ScorecardSpec, **changed: Any) -> QueryDict:
    """The form of a definition, as a browser would send it."""
    found = QueryDict(mutable=True)
    for name in ("title", "description", "period", "source"):
        found[name] = getattr(spec, name)
    found["method"] = spec.weights.method
    found["matrix"] = "\n".join(" ".join(row) for row in spec.weights.matrix)
    found["valid_from"] = spec.grades[-1].valid_from.isoformat() if spec.grades else "2026-01-01"
    for table, lines in lines_of(spec).items():
        for line in lines:
            for column, text in line.items():
                found.appendlist(f"{table}.{column}", text)
    for name, value in changed.items():
        found[name] = value
    return found


def every_scorecard() -> list[Any]:
    packs = [read_pack(folder, KINDS) for folder in sorted(packs_folder().glob("*/"))]
    found = [definition.spec for pack in packs for definition in pack.definitions["scorecards"].values()]
    return [pytest.param(spec, id=spec.code) for spec in [*found, card()]]


@pytest.mark.parametrize("spec", every_scorecard())
def test_the_form_sent_back_is_the_same_definition(spec: ScorecardSpec) -> None:
    assert ScorecardSpec.model_validate(declared(spec, posted(spec))) == spec


@pytest.mark.parametrize("spec", every_scorecard())
def test_yaml_and_back_is_the_same_definition(spec: ScorecardSpec) -> None:
    assert ScorecardSpec.model_validate(yaml.safe_load(to_yaml(spec))) == spec


@given(SCORES, st.integers(-99, 99))
def test_a_scoring_in_words_reads_back(score: dict[str, Any], number: int) -> None:
    item = ScorecardSpec.model_validate({**WHOLE, "items": [{"code": "a", "title": "甲", "score": score}]}).items[0]
    again = {**WHOLE, "items": [{"code": "a", "title": "甲", "score": read(item.score.kind, written(item.score))}]}
    assert ScorecardSpec.model_validate(again).items[0].score == item.score


@pytest.mark.parametrize(
    ("kind", "line"),
    [("linear", "60"), ("linear", "a → b"), ("bands", ""), ("bands", "1-2"), ("cases", "2"), ("given", "5"), ("x", "")],
)
def test_what_cannot_be_read_is_told_with_how_it_is_written(kind: str, line: str) -> None:
    with pytest.raises(Invalid, match=r"应写|可以是"):
        read(kind, line)
    assert all(how for _, how in SCORINGS.values())


def test_a_fault_is_told_in_words(cast: Cast, towns: ScorecardVersion) -> None:
    data = {**CARD, "items": [{**CARD["items"][0], "figure": "audit.problem"}, CARD["items"][1]]}
    assert read_definition(data)[1] == ["没有指标“audit.problem”；你是不是想写“audit.problems”？"]
    assert "不是 UTF-8" in read_definition(b"\xff\xfe", "考核.yaml")[1][0]
    assert read_definition({**CARD, "period": "weekly"})[0] is None


@pytest.mark.parametrize("title", ["系统登录次数", "每日打卡率", "平台签到", "文章点击量", "公众号点赞数", "APP活跃度"])
def test_what_is_no_outcome_is_refused_by_its_name(cast: Cast, towns: ScorecardVersion, title: str) -> None:
    items = [{**CARD["items"][0], "title": title}, CARD["items"][1]]
    assert f"“{title}”不是工作结果" in read_definition({**CARD, "items": items})[1][0]
    shown = [{**items[0], "ranked": False}, CARD["items"][1]]
    assert read_definition({**CARD, "items": shown})[1] == []


def sent(spec: ScorecardSpec, do: str, **changed: Any) -> dict[str, Any]:
    return {**dict(posted(spec, **changed).lists()), "do": do}


def test_a_changed_rule_is_tried_and_then_in_force(cast: Cast, towns: ScorecardVersion, client: Client) -> None:
    client.force_login(cast.people["office"])
    url, spec = reverse("scorecard_edit", args=[towns.code]), spec_of(towns)
    form = sent(spec, "preview")
    form["items.weight"] = ["80", "20"]
    page = client.post(url, form)
    assert "启用以后的名次" in page.content.decode()
    assert ScorecardVersion.objects.filter(code=towns.code).count() == 1
    assert client.post(url, {**form, "do": "adopt"}).status_code == 302
    assert [item.weight for item in spec_of(scorecard_in_force(towns.code)).items] == [Decimal(80), Decimal(20)]
    # The pack comes again with its own: what the county changed stays.
    install_scorecard(code=towns.code, spec=spec, owner=cast.office)
    assert scorecard_in_force(towns.code).version == 2


def test_a_figure_is_switched_off_from_the_ranking_on_screen(
    cast: Cast, towns: ScorecardVersion, client: Client
) -> None:
    client.force_login(cast.people["office"])
    url, form = reverse("scorecard_edit", args=[towns.code]), sent(spec_of(towns), "adopt")
    form["items.part"], form["items.weight"] = ["shown", "base"], ["60", "100"]
    assert client.post(url, form).status_code == 302
    spec = spec_of(scorecard_in_force(towns.code))
    assert [item.ranked for item in spec.items] == [False, True]
    assert [item.code for item in spec.base_items] == ["quality"]
    assert [line["part"] for line in lines_of(spec)["items"]] == ["shown", "base"]
    assert client.post(url, sent(spec, "adopt")).status_code == 302
    assert [item.ranked for item in spec_of(scorecard_in_force(towns.code)).items] == [False, True]


def test_what_is_wrong_stays_on_the_page(cast: Cast, towns: ScorecardVersion, client: Client) -> None:
    client.force_login(cast.people["office"])
    form = sent(spec_of(towns), "adopt")
    form["items.line"] = ["很多", ""]
    page = client.post(reverse("scorecard_edit", args=[towns.code]), form)
    assert page.status_code == 422
    assert "“问题少”" in page.content.decode()
    assert "很多" in page.content.decode()
    assert ScorecardVersion.objects.filter(code=towns.code).count() == 1


def test_others_may_not_declare(cast: Cast, towns: ScorecardVersion, client: Client) -> None:
    for login in ("town", "neighbour", "security_admin"):
        client.force_login(cast.people[login])
        assert client.post(reverse("scorecard_edit", args=[towns.code]), sent(spec_of(towns), "adopt")).status_code in (
            403,
            404,
        )
    assert ScorecardVersion.objects.filter(code=towns.code).count() == 1


def test_nobody_ranks_by_figures_out_of_their_reach(cast: Cast, towns: ScorecardVersion, client: Client) -> None:
    """An own scorecard over another bureau's figures would show their values."""
    neighbour = cast.people["neighbour"]
    give_post(person=neighbour, unit=cast.units["330999-CZ"], role="supervisor", valid_from=FOUNDED)
    client.force_login(neighbour)
    page = client.post(reverse("scorecard_new"), sent(spec_of(towns), "preview"))
    assert page.status_code == 422
    assert "audit.problems" in page.content.decode()
    assert "启用以后的名次" not in page.content.decode()
