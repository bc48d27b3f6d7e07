"""Sealing of values at rest: SM4-GCM (GB/T 32907-2016, RFC 8998) where OpenSSL has it, else AES-256-GCM (SP 800-38D).

Keys lie in the home folder, in keys: field-ID.json each, and field-key, which names the key in use. A key
is never removed, because what it sealed stays in the history for ever; rotating begins a new one. One that has nothing
to open any more is put away into keys/retired.
"""

import hashlib
import hmac
import json
import os
import re
from base64 import b64decode, b64encode
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from cryptography.exceptions import InvalidTag, UnsupportedAlgorithm
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from bihuan.base.errors import BihuanError
from bihuan.base.home import room, secret

MARK = "\u2061"
"""What every sealed text begins with: a mark that no field takes in, so nobody can type one."""
_SEALED_BY = re.compile(f"{MARK}(k[0-9]+):")
_NONCE_BYTES = 12
_TAG_BYTES = 16
_KEY_BYTES = {"sm4": 16, "aes": 32}


class KeyMissing(BihuanError):
    """The key that sealed a value is not in the home folder."""


@dataclass(frozen=True)
class Key:
    """A key with its id and method, `sm4` or `aes`."""

    id: str
    method: str
    secret: bytes

    def cipher(self, nonce: bytes, tag: bytes | None = None) -> "Cipher[modes.GCM]":
        algorithm = algorithms.SM4(self.secret) if self.method == "sm4" else algorithms.AES(self.secret)
        return Cipher(algorithm, modes.GCM(nonce, tag))


def seal(context: str, text: str) -> str:
    """A text sealed with the key in use. It opens only with the same context (ledger and field)."""
    key = _key(_current(_marker_stamp()))
    nonce = os.urandom(_NONCE_BYTES)
    writer = key.cipher(nonce).encryptor()
    writer.authenticate_additional_data(context.encode())
    sealed = writer.update(text.encode()) + writer.finalize()
    return f"{MARK}{key.id}:{b64encode(nonce + writer.tag + sealed).decode()}"


def unseal(context: str, sealed: str) -> str:
    """The text that was sealed. Raises KeyMissing without its key, BihuanError where it was tampered with."""
    name, _, body = sealed.removeprefix(MARK).partition(":")
    try:
        raw = b64decode(body, validate=True)
        nonce, tag, rest = raw[:_NONCE_BYTES], raw[_NONCE_BYTES : _NONCE_BYTES + _TAG_BYTES], raw[28:]
        reader = _key(name).cipher(nonce, tag).decryptor()
        reader.authenticate_additional_data(context.encode())
        return (reader.update(rest) + reader.finalize()).decode()
    except (InvalidTag, ValueError) as error:
        raise BihuanError("加密保存的内容打不开：内容被改动过，或密钥不是原来那把") from error


def is_sealed(value: object) -> bool:
    """Whether a stored value is a sealed one."""
    return value.__class__ is str and str(value).startswith(MARK)


def key_of(sealed: str) -> str:
    """The id of the key that sealed a value."""
    return sealed.removeprefix(MARK).partition(":")[0]


def keys_in(text: str) -> list[str]:
    """The ids of the keys of all sealed values in a text, such as the payload of an event."""
    return _SEALED_BY.findall(text)


def seal_again(context: str, sealed: str) -> str:
    """The same text, sealed with the key in use."""
    return seal(context, unseal(context, sealed))


def current_key() -> str:
    """The id of the key in use; the first one is made where there is none."""
    return _current(_marker_stamp())


def blind(context: str, text: str) -> str:
    """What a sealed value is looked up by: an HMAC-SHA-256 with a key of its own, which is never rotated."""
    return hmac.new(secret("blind.key"), f"{context}|{text}".encode(), hashlib.sha256).hexdigest()[:40]


def begin_key() -> Key:
    """Make a new key and use it from now on."""
    method = "sm4" if _has_sm4() else "aes"
    fresh = os.urandom(_KEY_BYTES[method])
    number = 1 + max((_number(path) for path in (*_paths(), *_retired().glob("field-k*.json"))), default=0)
    while not _write_new(_path(f"k{number}"), json.dumps({"method": method, "key": fresh.hex()})):
        number += 1
    marker = _marker().with_name(f".field-key-{os.getpid()}")
    _write_new(marker, f"k{number}")
    marker.replace(_marker())
    return Key(f"k{number}", method, fresh)


def known_keys() -> list[tuple[str, str, bool]]:
    """The id and method of every key, and whether it is the one in use."""
    current = _marker().read_text() if _marker().exists() else ""
    keys = [_read_key(str(path)) for path in sorted(_paths(), key=_number)]
    return [(key.id, key.method, key.id == current) for key in keys]


def put_away(name: str) -> Path:
    """Move a key out of use into keys/retired, where nothing is read; returns its new place."""
    folder = _retired()
    folder.mkdir(mode=0o700, exist_ok=True)
    place = folder / _path(name).name
    _path(name).rename(place)
    _read_key.cache_clear()
    return place


def tighten() -> list[str]:
    """Let nobody but their owner read the keys; returns the names of those that others could read."""
    loose = [path for path in sorted(room("keys").rglob("*")) if path.is_file() and path.stat().st_mode & 0o077]
    for path in loose if os.name == "posix" else ():
        path.chmod(0o600)
    return [path.name for path in loose] if os.name == "posix" else []


def _retired() -> Path:
    return room("keys") / "retired"


def _marker() -> Path:
    return room("keys") / "field-key"


def _path(name: str) -> Path:
    return room("keys") / f"field-{name}.json"


def _paths() -> list[Path]:
    return list(room("keys").glob("field-k*.json"))


def _number(path: Path) -> int:
    return int(path.stem.removeprefix("field-k"))


def _write_new(path: Path, text: str) -> bool:
    """Write a file that is not there yet, readable by its owner only; False where another was faster."""
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return False
    with os.fdopen(handle, "w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    return True


def _marker_stamp() -> tuple[str, int]:
    """Where the marker of the key in use lies and when it was last changed; another process may have rotated."""
    marker = _marker()
    try:
        return str(marker), marker.stat().st_mtime_ns
    except FileNotFoundError:
        return str(marker), 0


@lru_cache(maxsize=8)
def _current(stamp: tuple[str, int]) -> str:
    marker, changed = stamp
    return Path(marker).read_text() if changed else begin_key().id


def _key(name: str) -> Key:
    if not name.isalnum():
        raise BihuanError("加密保存的内容打不开：内容被改动过")
    return _read_key(str(_path(name)))


@lru_cache(maxsize=64)
def _read_key(path: str) -> Key:
    name = Path(path).stem.removeprefix("field-")
    if not Path(path).is_file():
        raise KeyMissing(f"缺少密钥文件 field-{name[:20]}.json，加密保存的内容打不开；请把它放回数据目录的 keys 里")
    known = json.loads(Path(path).read_text())
    return Key(name, known["method"], bytes.fromhex(known["key"]))


@lru_cache(maxsize=1)
def _has_sm4() -> bool:
    try:
        Cipher(algorithms.SM4(bytes(16)), modes.GCM(bytes(12))).encryptor()
    except UnsupportedAlgorithm:
        return False
    return True
