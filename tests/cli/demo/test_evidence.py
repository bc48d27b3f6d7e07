"""The demo county's evidence: files that other programs can open, and that the ledger takes."""

import re
import struct
import zlib

from hypothesis import given
from hypothesis import strategies as st

from bihuan.cli.demo.dice import dice
from bihuan.cli.demo.evidence import papers, pdf, png
from bihuan.ledger.attachments import sniff


@given(st.integers(0, 9_999))
def test_a_picture_holds_all_its_pixels(seed: int) -> None:
    content = png(dice(seed))
    place, parts = 8, {}
    while place < len(content):
        length, kind = struct.unpack_from(">I4s", content, place)
        body = content[place + 8 : place + 8 + length]
        assert struct.unpack_from(">I", content, place + 8 + length)[0] == zlib.crc32(kind + body)
        parts[kind] = body
        place += 12 + length
    width, height, depth, colours = struct.unpack_from(">IIBB", parts[b"IHDR"])
    assert (depth, colours) == (8, 2)
    assert len(zlib.decompress(parts[b"IDAT"])) == height * (width * 3 + 1)


def test_a_page_can_be_found_by_its_table() -> None:
    content = pdf(["整改情况报告", "𠮷村"])
    start = int(content.rsplit(b"startxref\n", 1)[1].split()[0])
    assert content[start:].startswith(b"xref\n0 8\n")
    places = [int(line[:10]) for line in content[start:].splitlines()[3:10]]
    assert all(content[place:].startswith(b"%d 0 obj" % number) for number, place in enumerate(places, start=1))
    length = int(re.search(rb"/Length (\d+)", content)[1])
    assert content.split(b"stream\n", 1)[1][length:].startswith(b"endstream")
    texts = [bytes.fromhex(word.decode()).decode("utf-16-be") for word in re.findall(rb"<([0-9a-f]+)> Tj", content)]
    assert texts == ["整改情况报告", "𠮷村"]


def test_papers_are_taken_by_the_ledger_and_told_apart() -> None:
    handed_in = [paper for n in range(60) for paper in papers("闲置", "城关镇", "20260302", "已启用" * 30, f"问题 {n}")]
    kinds = {sniff(paper.name, paper.content[:512]) for paper in handed_in}
    assert kinds == {"application/pdf", "image/png", "text/plain"}
    assert len({paper.content for paper in handed_in if not paper.name.endswith(".txt")}) == sum(
        not paper.name.endswith(".txt") for paper in handed_in
    )
    assert papers("a", "b", "c", "d", "e") == papers("a", "b", "c", "d", "e")
