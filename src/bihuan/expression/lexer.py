"""From text to tokens, each with its place. Outside of quotes Chinese punctuation means what ASCII does."""

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum, auto

from bihuan.expression.problems import Problems, Span


class TokenKind(Enum):
    WORD = auto()  # a name, a function or a keyword
    NAME = auto()  # "a name in straight double quotes"
    CURLY = auto()  # “a name if there is one so called, else a text”
    NUMBER = auto()
    STRING = auto()
    SYMBOL = auto()


@dataclass(frozen=True, slots=True)
class Token:
    kind: TokenKind
    text: str  # the meaning: quotes removed, keywords in lower case, symbols in ASCII
    span: Span

    def is_symbol(self, symbol: str) -> bool:
        return self.kind is TokenKind.SYMBOL and self.text == symbol

    def is_keyword(self, *keywords: str) -> bool:
        return self.kind is TokenKind.WORD and self.text in keywords


KEYWORDS = frozenset(
    {"and", "or", "not", "is", "null", "in", "between", "like", "case", "when", "then", "else", "end"}
    | {"true", "false"}
)

_TWINS = str.maketrans("（），＝＜＞＋－＊／×÷−", "(),=<>+-*/*/-")
_SYMBOL_TWINS = {"≥": ">=", "≤": "<=", "≠": "<>", "!=": "<>"}

_PATTERN = re.compile(
    r"""
      (?P<space>[ \t\r\n\u3000\u00a0]+)
    | (?P<comment>--|/\*|\*/)
    | (?P<string>'(?:[^']|'')*'|[‘’][^‘’]*[‘’])
    | (?P<name>"(?:[^"]|"")*")
    | (?P<curly>[“”][^“”]*[“”])
    | (?P<number>[0-9]+(?:\.[0-9]+)?(?![\w.]))
    | (?P<badnumber>\.?[0-9][\w.]*)
    | (?P<word>[^\W\d]\w*)
    | (?P<foreign>==|&&|\|\||::|:=|=>|\*\*)
    | (?P<symbol>[<＜][=＝>＞]|[>＞][=＝]|[!！][=＝]|[≥≤≠(),=<>+\-*/（），＝＜＞＋－＊／×÷−])
    | (?P<open>['"‘’“”])
    | (?P<other>.)
    """,
    re.VERBOSE | re.DOTALL,
)

_FOREIGN = {
    "==": "相等写 “=”",
    "&&": "并且写 “and”",
    "||": "或者写 “or”，拼接文本用 concat(…)",
    "::": "这门语言不转换类型，数值转文本用 text(x)，文本转数值用 number(t)",
    ":=": "相等写 “=”",
    "=>": "大于等于写 “>=”",
    "**": "没有乘方，请用 “*” 连乘",
    ";": "一次只写一个表达式，末尾不要分号",
    "；": "一次只写一个表达式，末尾不要分号",
    "%": "没有取余；通配符 % 只写在 like 的引号里",
    "!": "不等于写 “<>”，否定写 “not”",
    "！": "不等于写 “<>”，否定写 “not”",
    "、": "列举各项之间用逗号",
    "。": "末尾不要句号",
    "`": "名称需要引号时用双引号",
    ".": "名称前面不写表名",
    "[": "列举写在圆括号里",
    "【": "列举写在圆括号里",
    "?": "固定值直接写出来，文本加单引号",
    ":": "固定值直接写出来，文本加单引号",
    "$": "固定值直接写出来，文本加单引号",
    "@": "固定值直接写出来，文本加单引号",
    "#": "这里不能写注释",
}


def tokenize(text: str, problems: Problems) -> list[Token]:
    """The tokens of `text`; what is no token becomes a problem and is left out."""
    if _refuse_unseen(text, problems):
        return []
    tokens: list[Token] = []
    for match in _PATTERN.finditer(text):
        group = str(match.lastgroup)
        span = Span(match.start(), match.end())
        if group in _READERS:
            tokens.append(_READERS[group](match.group(), span))
        elif group != "space":
            _refuse(group, match.group(), span, problems)
            if group == "badnumber":
                tokens.append(Token(TokenKind.NUMBER, "0", span))  # so that what follows can be judged
        if group == "open":
            break  # the rest of the text is inside of the quote that was never closed
    return tokens


def _refuse_unseen(text: str, problems: Problems) -> bool:
    """Control, invisible and unpaired characters could hide what an expression says, or break an engine."""
    for index, character in enumerate(text):
        if unicodedata.category(character) in {"Cc", "Cf", "Cs"} and character not in "\t\r\n":
            problems.add(Span(index, index + 1), f"有看不见的字符 U+{ord(character):04X}", "请删掉它，或整段重新输入")
    return bool(problems)


def _refuse(group: str, found: str, span: Span, problems: Problems) -> None:
    if group == "comment":
        problems.add(span, f"“{found}” 不能用", "这里不能写注释；减去负数请加括号，如 1 - (-2)")
    elif group == "badnumber":
        problems.add(span, f"“{found}” 不是数字", _number_hint(found))
    elif group == "open":
        problems.add(span, f"引号 {found} 没有配对", "文本用单引号括起来，文本里的单引号写两个")
    else:
        plain = unicodedata.normalize("NFKC", found)
        looks_like = f"是不是想写 “{plain}”？" if plain != found else "文本要用单引号括起来"
        problems.add(span, f"不认识 “{found}”", _FOREIGN.get(found, looks_like))


def _number_hint(found: str) -> str:
    if found.endswith(("万", "亿", "万元", "亿元", "元")):
        return "数字后面不写单位，请写出整个数字，如 1000000"
    if found.startswith("."):
        return f"请写 “0{found}”"
    return "数字只写成 100 或 0.5 的样子；以数字开头的名称要用双引号括起来"


def _word(found: str, span: Span) -> Token:
    lower = found.lower()
    return Token(TokenKind.WORD, lower if lower in KEYWORDS else found, span)


def _string(found: str, span: Span) -> Token:
    inner = found[1:-1]
    return Token(TokenKind.STRING, inner.replace("''", "'") if found[0] == "'" else inner, span)


def _symbol(found: str, span: Span) -> Token:
    ascii_twin = found.replace("！", "!").translate(_TWINS)
    return Token(TokenKind.SYMBOL, _SYMBOL_TWINS.get(ascii_twin, ascii_twin), span)


_READERS: dict[str, Callable[[str, Span], Token]] = {
    "word": _word,
    "string": _string,
    "symbol": _symbol,
    "number": lambda found, span: Token(TokenKind.NUMBER, found, span),
    "name": lambda found, span: Token(TokenKind.NAME, found[1:-1].replace('""', '"'), span),
    "curly": lambda found, span: Token(TokenKind.CURLY, found[1:-1], span),
}
