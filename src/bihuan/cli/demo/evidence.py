"""Small files that a unit could have handed in: a picture, a one-page PDF, a note. Made from words alone."""

import struct
import zlib
from dataclasses import dataclass
from random import Random

from bihuan.cli.demo.dice import dice

_WIDTH, _HEIGHT = 96, 72


@dataclass(frozen=True)
class Paper:
    """A file to hand in."""

    name: str
    content: bytes


def papers(title: str, unit: str, day: str, measures: str, about: str) -> list[Paper]:
    """The evidence of one submission: a report, often a picture, sometimes a list. `about` tells it from others."""
    rng = dice(about)
    found = [Paper(f"整改情况报告-{day}.pdf", pdf(["整改情况报告", unit, about, title, *_wrapped(measures), day]))]
    if rng.random() < 0.45:
        found.append(Paper(f"现场照片-{day}.png", png(rng)))
    if rng.random() < 0.1:
        text = f"{unit}整改清单\r\n问题：{title}\r\n措施：{measures}\r\n日期：{day}\r\n"
        found.append(Paper(f"整改清单-{day}.txt", text.encode()))
    return found


def _wrapped(text: str, at: int = 36) -> list[str]:
    return [text[start : start + at] for start in range(0, len(text), at)]


def png(rng: Random) -> bytes:
    """A picture of a sky, a field and a house (PNG, ISO/IEC 15948), hardly two alike."""
    sky, field, wall = (bytes(rng.randint(low, high) for low, high in shade) for shade in _SHADES)
    horizon, left, wide = rng.randint(24, 44), rng.randint(8, 50), rng.randint(16, 36)
    rows = bytearray()
    for y in range(_HEIGHT):
        ground = sky if y < horizon else field
        house = wall if horizon - 12 <= y < horizon + 14 else ground
        line = ground * left + house * wide + ground * (_WIDTH - left - wide)
        grain = rng.randrange(12)
        rows += b"\0" + bytes(value + grain for value in line)
    header = struct.pack(">IIBBBBB", _WIDTH, _HEIGHT, 8, 2, 0, 0, 0)
    body = _chunk(b"IHDR", header) + _chunk(b"IDAT", zlib.compress(bytes(rows))) + _chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + body


_SHADES = (
    ((110, 170), (160, 200), (200, 240)),
    ((60, 120), (120, 180), (40, 90)),
    ((170, 240), (160, 220), (140, 200)),
)


def _chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


_OBJECTS = (
    "<< /Type /Catalog /Pages 2 0 R >>",
    "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
    "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 7 0 R /Resources << /Font << /F1 4 0 R >> >> >>",
    "<< /Type /Font /Subtype /Type0 /BaseFont /STSong-Light /Encoding /UniGB-UTF16-H /DescendantFonts [5 0 R] >>",
    (
        "<< /Type /Font /Subtype /CIDFontType0 /BaseFont /STSong-Light /FontDescriptor 6 0 R "
        "/CIDSystemInfo << /Registry (Adobe) /Ordering (GB1) /Supplement 4 >> >>"
    ),
    (
        "<< /Type /FontDescriptor /FontName /STSong-Light /Flags 4 /FontBBox [-25 -254 1000 880] "
        "/ItalicAngle 0 /Ascent 880 /Descent -120 /CapHeight 880 /StemV 93 >>"
    ),
)


def pdf(lines: list[str]) -> bytes:
    """One A4 page of Chinese text (PDF 1.4, ISO 32000-1) in a font that every reader brings: clause 9.7.5.2."""
    shown = "".join(f"<{line.encode('utf-16-be').hex()}> Tj T*\n" for line in lines)
    stream = f"BT /F1 14 Tf 22 TL 60 760 Td\n{shown}ET\n"
    out, places = "%PDF-1.4\n", []
    for number, content in enumerate((*_OBJECTS, f"<< /Length {len(stream)} >>\nstream\n{stream}endstream"), start=1):
        places.append(len(out))
        out += f"{number} 0 obj\n{content}\nendobj\n"
    table = "".join(f"{place:010d} 00000 n \n" for place in places)
    end = f"trailer\n<< /Size {len(places) + 1} /Root 1 0 R >>\nstartxref\n{len(out)}\n%%EOF\n"
    return f"{out}xref\n0 {len(places) + 1}\n0000000000 65535 f \n{table}{end}".encode("ascii")
