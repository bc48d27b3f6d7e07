"""Small files that a unit could have handed in: a picture, a one-page PDF, a note. Made from words alone."""

import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from random import Random

_WIDTH, _HEIGHT = 96, 72


@dataclass(frozen=True)
class Paper:
    """A file to hand in, shaped as the ledger's upload."""

    name: str
    content: bytes

    @property
    def size(self) -> int:
        return len(self.content)

    def chunks(self) -> Iterator[bytes]:
        yield self.content


def papers(title: str, unit: str, day: str, measures: str, seed: str) -> list[Paper]:
    """The evidence of one submission: always a report, mostly a picture, sometimes a list."""
    rng = Random(seed)
    found = [Paper(f"整改情况报告-{day}.pdf", pdf(["整改情况报告", unit, title, *_wrapped(measures), day]))]
    if rng.random() < 0.8:
        found.append(Paper(f"现场照片-{day}.png", png(rng)))
    if rng.random() < 0.35:
        text = f"{unit}整改清单\r\n问题：{title}\r\n措施：{measures}\r\n日期：{day}\r\n"
        found.append(Paper(f"整改清单-{day}.txt", text.encode()))
    return found


def _wrapped(text: str, at: int = 36) -> list[str]:
    return [text[start : start + at] for start in range(0, len(text), at)]


def png(rng: Random) -> bytes:
    """A picture of a sky, a field and a house (PNG, ISO/IEC 15948), no two alike."""
    sky, field, wall = ([rng.randint(low, high) for low, high in shade] for shade in _SHADES)
    horizon, left, wide = rng.randint(24, 44), rng.randint(8, 50), rng.randint(16, 36)
    rows = bytearray()
    for y in range(_HEIGHT):
        rows.append(0)
        for x in range(_WIDTH):
            inside = left <= x < left + wide and horizon - 12 <= y < horizon + 14
            red, green, blue = wall if inside else sky if y < horizon else field
            grain = rng.randrange(12)
            rows += bytes((red + grain, green + grain, blue + grain))
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


def pdf(lines: list[str]) -> bytes:
    """One A4 page of Chinese text (PDF 1.4, ISO 32000-1) in a font that every reader brings: clause 9.7.5.2."""
    shown = "".join(f"<{line.encode('utf-16-be').hex()}> Tj T*\n" for line in lines)
    stream = f"BT /F1 14 Tf 22 TL 60 760 Td\n{shown}ET\n".encode()
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R"
        b" /Resources << /Font << /F1 5 0 R >> >> >>",
        b"<< /Length %d >>\nstream\n%sendstream" % (len(stream), stream),
        b"<< /Type /Font /Subtype /Type0 /BaseFont /STSong-Light /Encoding /UniGB-UTF16-H /DescendantFonts [6 0 R] >>",
        b"<< /Type /Font /Subtype /CIDFontType0 /BaseFont /STSong-Light /FontDescriptor 7 0 R"
        b" /CIDSystemInfo << /Registry (Adobe) /Ordering (GB1) /Supplement 4 >> >>",
        b"<< /Type /FontDescriptor /FontName /STSong-Light /Flags 4 /FontBBox [-25 -254 1000 880]"
        b" /ItalicAngle 0 /Ascent 880 /Descent -120 /CapHeight 880 /StemV 93 >>",
    ]
    out = bytearray(b"%PDF-1.4\n")
    places = []
    for number, content in enumerate(objects, start=1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % place for place in places)
    out += b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, start)
    return bytes(out)
