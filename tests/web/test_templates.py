"""The house rules of the templates: they compile, carry no inline script or style, stay small and shallow."""

import re
from pathlib import Path
from statistics import median

import pytest
from django.template.loader import get_template

import bihuan.web

WEB = Path(bihuan.web.__file__).parent
TEMPLATES = WEB / "templates"
NAMES = sorted(str(path.relative_to(TEMPLATES)) for path in TEMPLATES.rglob("*.html"))
TAG = re.compile(r"{%-?\s*(\w+)([^%]*)%}")
OPENS = {"if", "for", "with"}


def source(name: str) -> str:
    return (TEMPLATES / name).read_text()


def markup(name: str) -> str:
    """The template without what Django takes away: comments and tags."""
    text = re.sub(r"{% comment %}.*?{% endcomment %}|{#.*?#}", "", source(name), flags=re.DOTALL)
    return re.sub(r"{%.*?%}|{{.*?}}", " ", text, flags=re.DOTALL)


def lines(name: str) -> int:
    return len(source(name).splitlines())


def depth(text: str) -> int:
    deepest = now = 0
    for tag, _ in TAG.findall(text):
        now += (tag in OPENS) - (tag.removeprefix("end") in OPENS and tag.startswith("end"))
        deepest = max(deepest, now)
    return deepest


def test_there_are_templates():
    assert {"base.html", "desk.html", "ledger.html", "record.html", "board.html", "500.html"} <= set(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_compiles(name):
    assert get_template(name).template.name == name


@pytest.mark.parametrize("name", NAMES)
def test_has_no_inline_script_style_or_handler(name):
    text = markup(name)
    assert not re.search(r"<script(?![^>]*\ssrc=)", text)
    assert not re.search(r"<style\b", text)
    assert not re.search(r"\sstyle\s*=", text)
    assert not re.search(r"\son\w+\s*=", text)
    assert "hx-on" not in text
    assert "javascript:" not in text


@pytest.mark.parametrize("name", NAMES)
def test_asks_nothing_of_another_host(name):
    assert not re.search(r"""(?:src|href|action)=["'](?:https?:)?//""", source(name))


@pytest.mark.parametrize("name", NAMES)
def test_is_small_and_shallow(name):
    assert lines(name) <= (60 if name.startswith("components/") else 150)
    assert depth(source(name)) <= 3


def test_half_of_the_templates_are_thirty_lines_at_most():
    assert median(map(lines, NAMES)) <= 30


@pytest.mark.parametrize("name", NAMES)
def test_every_include_and_parent_exists(name):
    for tag, rest in TAG.findall(source(name)):
        if tag in {"include", "extends"} and "|add:" not in rest:
            wanted = re.match(r'\s*"([^"]+)"', rest)
            assert wanted, f"{name}: {tag}{rest}"
            assert wanted[1] in NAMES


def test_every_widget_of_the_agreement_has_its_template():
    table = (TEMPLATES / "CONTEXT.md").read_text().split("### Field")[1].split("\n## ")[0]
    widgets = {
        word for row in re.findall(r"^\| (`.*?) \|", table, re.MULTILINE) for word in re.findall(r"`(\w+)`", row)
    }
    there = {path.stem for path in (TEMPLATES / "components/input").glob("*.html")} - {"attributes"}
    assert widgets == there


@pytest.mark.parametrize("name", [name for name in NAMES if "/" not in name])
def test_every_page_says_what_it_is_given(name):
    assert re.search(r"{% comment %}|{#", "\n".join(source(name).splitlines()[:2]))


def test_every_icon_named_is_in_the_sprite():
    sprite = (WEB / "static/bihuan/vendor/tabler-icons/icons.svg").read_text()
    known = set(re.findall(r'<symbol id="([^"]+)"', sprite))
    named = {
        icon
        for name in NAMES
        for icon in re.findall(r'{% icon "([^"]+)"|icon_name="([^"]+)"', source(name))
        for icon in icon
        if icon
    }
    assert named
    assert named <= known


def test_every_vendored_folder_carries_its_licence():
    folders = [path for path in (WEB / "static/bihuan/vendor").iterdir() if path.is_dir()]
    assert len(folders) == 3
    assert all((folder / "LICENSE").read_text().strip() for folder in folders)


def test_the_lock_names_no_host_to_load_from():
    assert '"resolved"' not in (WEB / "package-lock.json").read_text()


@pytest.mark.parametrize(
    "name",
    ["app.js", "drafts.js", *(f"css/{path.name}" for path in (WEB / "static/bihuan/css").glob("*.css"))],
)
def test_own_static_files_are_small_and_ask_nothing_of_another_host(name):
    text = (WEB / "static/bihuan" / name).read_text()
    assert len(text.splitlines()) <= (200 if name.endswith(".js") else 400)
    assert not re.search(r"(?:https?:)?//[a-z0-9-]+\.[a-z]", text)
    assert "eval(" not in text
