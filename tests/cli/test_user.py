"""`bihuan user`: persons, passwords that no argument holds, posts, and who may sign in."""

import io
from collections.abc import Callable

import pytest

from bihuan.org.lockout import is_locked, note_failure
from bihuan.org.models import Person
from bihuan.org.policy import Policy
from tests.cast import Cast
from tests.cli.typing_in import Answer, Typing

PASSWORD = "shang-he-qing-xi"
FAILURES_BEFORE_LOCK = Policy().failures


@pytest.fixture
def send(type_in: Typing, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Answer]:
    """Runs `bihuan` with a line on its standard input."""

    def run(line: str, *words: object) -> Answer:
        monkeypatch.setattr("sys.stdin", io.StringIO(line))
        return type_in(*words)

    return run


def person(login: str) -> Person:
    return Person.objects.get(username=login)


def test_a_person_is_added_with_a_post_and_can_sign_in(cast: Cast, send: Callable[..., Answer]) -> None:
    words = ("user", "add", "zhang", "张三", "--unit", "青溪镇", "--role", "承办", "--password-stdin")
    answer = send(f"{PASSWORD}\nnot this line\n", *words)
    assert (answer.status, answer.out) == (0, "已新增 张三（zhang），任青溪镇承办\n")
    assert person("zhang").check_password(PASSWORD)
    assert list(person("zhang").posts.values_list("unit", "role")) == [(cast.town.pk, "undertaker")]
    assert "登录名“zhang”已被使用" in send(f"{PASSWORD}\n", *words).err


def test_without_a_password_nobody_signs_in(cast: Cast, type_in: Typing) -> None:
    answer = type_in("user", "add", "li", "李四", "--no-password")
    assert answer.out == "已新增 李四（li），还没有岗位，还没有密码\n"
    assert not person("li").has_usable_password()


@pytest.mark.parametrize(
    "line, said",
    [("", "标准输入里没有密码"), ("short\n", "密码不合要求：太短，至少 8 个字符"), ("12345678\n", "不能全是数字")],
)
def test_a_bad_password_adds_nobody(cast: Cast, send: Callable[..., Answer], line: str, said: str) -> None:
    words = ("user", "add", "wang", "王五", "--unit", "青溪镇", "--role", "undertaker", "--password-stdin")
    answer = send(line, *words)
    assert (answer.status, said in answer.err) == (1, True)
    assert not Person.objects.filter(username="wang").exists()


def test_a_password_is_asked_for_twice_on_a_terminal(
    cast: Cast, type_in: Typing, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    typed = iter([PASSWORD, PASSWORD, PASSWORD, "another-word"])
    monkeypatch.setattr("sys.stdin", Terminal())
    monkeypatch.setattr("bihuan.cli.user.getpass", lambda _: next(typed))
    assert type_in("user", "password", "town").status == 0
    assert person("town").check_password(PASSWORD)
    assert "两次输入的密码不一样" in type_in("user", "password", "town").err


def test_without_a_terminal_it_says_how_to_give_a_password(cast: Cast, send: Callable[..., Answer]) -> None:
    answer = send("", "user", "password", "town")
    assert (answer.status, "请用 --password-stdin" in answer.err) == (1, True)


def test_a_new_password_lifts_the_lock_of_many_failures(cast: Cast, send: Callable[..., Answer]) -> None:
    for _ in range(FAILURES_BEFORE_LOCK):
        note_failure("town")
    assert is_locked("town")
    assert send(f"{PASSWORD}\n", "user", "password", "town", "--password-stdin").status == 0
    assert not is_locked("town")


def test_a_post_is_taken_up_and_left(cast: Cast, type_in: Typing) -> None:
    words = ("user", "post", "outsider", "--unit", "白石镇", "--role", "leader")
    assert type_in(*words, "--from", "2026-01-01").out == "吴外 自 2026-01-01 起任白石镇领导\n"
    assert "吴外 已经任白石镇领导" in type_in(*words).err
    assert type_in(*words, "--end").out == "吴外 今天起不再任白石镇领导\n"
    assert "吴外 现在不任白石镇领导" in type_in(*words, "--end").err
    listed = type_in("user", "list", "--json").json["persons"]
    assert next(one["posts"] for one in listed if one["username"] == "outsider") == []


def test_locked_out_and_let_in_again(cast: Cast, type_in: Typing) -> None:
    assert type_in("user", "lock", "town").out == "陈青（town）已停用，不能再登录\n"
    assert not person("town").is_active
    rows = [line.split() for line in type_in("user", "list").out.splitlines()]
    assert ["town", "陈青", "停用", "青溪镇", "承办"] in rows
    assert type_in("user", "unlock", "town").status == 0
    assert person("town").is_active


def test_the_list_shows_posts_and_never_a_password(cast: Cast, type_in: Typing) -> None:
    answer = type_in("user", "list", "--unit", "青溪镇", "--json")
    persons = answer.json["persons"]
    assert [one["username"] for one in persons] == ["town", "village"]
    assert persons[0] == {
        "username": "town", "name": "陈青", "active": True, "has_password": False, "locked": False,
        "posts": [
            {"unit": "330999101", "unit_name": "青溪镇", "role": "undertaker", "from": "2020-01-01", "to": None}
        ],
    }  # fmt: skip
    assert "argon2" not in answer.out and "pbkdf2" not in answer.out


@pytest.mark.parametrize(
    "words, said",
    [
        (["lock", "towm"], "没有登录名“towm” 你是不是想写“town”？"),
        (["post", "town", "--unit", "青溪镇", "--role", "镇长"], "没有角色“镇长”，可用：经办（handler）"),
        (["post", "town", "--unit", "黑石镇", "--role", "承办"], "没有单位“黑石镇” 你是不是想写“白石镇”？"),
        (["add", "a", "甲", "--no-password", "--unit", "青溪镇"], "--unit 和 --role 要一起写"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_what_cannot_be_done_is_said_in_words(cast: Cast, type_in: Typing, words: list[str], said: str) -> None:
    answer = type_in("user", *words)
    assert (answer.status, said in answer.err) == (1, True)
