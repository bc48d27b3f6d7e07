"""A throw-away PostgreSQL for the tests.

    python -m tests.postgres [pytest arguments]          the tests marked `database`, on PostgreSQL
    python -m tests.postgres --both [pytest arguments]   every test on SQLite, then those again on PostgreSQL

In both the cluster is also named by BIHUAN_TEST_POSTGRES_URL, for tests that speak to it without Django.
"""

import os
import pwd
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests import outside

NO_TESTS_COLLECTED = 5

# Nothing here outlives the run, so nothing has to survive a power cut.
CONFIGURATION = """
listen_addresses = '127.0.0.1'
port = {port}
unix_socket_directories = '{folder}'
fsync = off
full_page_writes = off
synchronous_commit = off
shared_buffers = 64MB
max_connections = 40
timezone = 'UTC'
"""


@dataclass(frozen=True)
class Cluster:
    """One PostgreSQL cluster in a temporary folder, reachable only with its password."""

    binaries: Path
    folder: Path
    owner: str | None  # the account that runs it: PostgreSQL refuses to run as root
    port: int
    password: str

    @property
    def data(self) -> Path:
        return self.folder / "data"

    @property
    def log(self) -> Path:
        return self.folder / "log"

    @property
    def url(self) -> str:
        return f"postgresql://bihuan:{self.password}@127.0.0.1:{self.port}/bihuan"

    def run(self, program: str, *arguments: str) -> None:
        """Runs one of PostgreSQL's programs; a failure shows what it said."""
        as_owner = ["runuser", "-u", self.owner, "--"] if self.owner else []
        # Into a file, not a pipe: the server inherits the output and would hold a pipe open for ever.
        with (self.folder / "output").open("w+") as output:
            finished = subprocess.run(
                [*as_owner, str(self.binaries / program), *arguments],
                check=False,
                cwd=self.folder,
                env={**os.environ, "PGPASSWORD": self.password},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
            )
            if finished.returncode:
                output.seek(0)
                log = self.log.read_text() if self.log.exists() else ""
                sys.exit(f"PostgreSQL's {program} failed:\n{output.read()}{log}")


@contextmanager
def cluster(binaries: Path) -> Iterator[Cluster]:
    """A running cluster with the database `bihuan`; stopped and deleted on the way out, also after Ctrl-C."""
    folder = Path(tempfile.mkdtemp(prefix="bihuan-pg-"))
    owner = _unprivileged_account() if os.geteuid() == 0 else None
    if owner:
        shutil.chown(folder, owner)
    made = Cluster(binaries, folder, owner, _free_port(), secrets.token_hex(16))
    try:
        _initialise(made)
        made.run("pg_ctl", "start", "-w", "-D", str(made.data), "-l", str(made.log))
        made.run("createdb", "-h", "127.0.0.1", "-p", str(made.port), "-U", "bihuan", "bihuan")
        yield made
    finally:
        if (made.data / "postmaster.pid").exists():
            made.run("pg_ctl", "stop", "-m", "immediate", "-D", str(made.data))
        shutil.rmtree(folder, ignore_errors=True)


def _unprivileged_account() -> str:
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name).pw_name
        except KeyError:
            continue
    sys.exit("PostgreSQL refuses to run as root, and there is neither an account postgres nor nobody.")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _initialise(made: Cluster) -> None:
    password_file = made.folder / "password"
    password_file.touch(mode=0o600)
    password_file.write_text(made.password)
    if made.owner:
        shutil.chown(password_file, made.owner)
    made.run(
        "initdb",
        f"--pgdata={made.data}",
        f"--pwfile={password_file}",
        "--username=bihuan",
        "--auth=scram-sha-256",
        "--encoding=UTF8",
        "--locale=C.UTF-8",
        "--no-sync",
    )
    with (made.data / "postgresql.conf").open("a") as configuration:
        configuration.write(CONFIGURATION.format(port=made.port, folder=made.folder))


def run_pytest(title: str, *arguments: str, **environment: str) -> int:
    """Pytest's own exit code, run apart so that each run reads its settings afresh."""
    print(f"→ {title}", flush=True)
    # The database may be named only by the run that means it.
    inherited = {name: value for name, value in os.environ.items() if name != "BIHUAN_DATABASE_URL"}
    command = [sys.executable, "-m", "pytest", *side_by_side(arguments), *arguments]
    return subprocess.run(command, check=False, cwd=outside.REPOSITORY, env=inherited | environment).returncode


def side_by_side(arguments: Sequence[str]) -> list[str]:
    """A worker a core, the tests of a file together, in the order of conftest.py; not where a debugger or the caller's own number is asked for."""
    cores = len(os.sched_getaffinity(0))
    own = any(argument.startswith(("-n", "--pdb", "--numprocesses")) for argument in arguments)
    return [] if own or cores < 2 else ["-n", str(cores), "--dist", "loadfile", "--no-loadscope-reorder"]


def run_all(arguments: list[str], *, both: bool) -> int:
    """The first exit code that is not zero, or zero."""
    binaries = outside.postgres_binaries()
    if binaries is None:
        print(f"PostgreSQL is missing: {outside.POSTGRES_HOW}", file=sys.stderr)
        if outside.all_required():
            return 1
        return run_pytest("pytest, SQLite", *arguments) if both else 0
    with cluster(binaries) as running:
        named = {"BIHUAN_TEST_POSTGRES_URL": running.url}
        first = run_pytest("pytest, SQLite", *arguments, **named) if both else 0
        named["BIHUAN_DATABASE_URL"] = running.url
        second = run_pytest("pytest, PostgreSQL", "-m", "database", *arguments, **named)
    if both and arguments and NO_TESTS_COLLECTED in {first, second}:
        # A choice of tests may have none of the database; that all tests together have none would be a fault.
        return first if second == NO_TESTS_COLLECTED else second
    return first or second


def main() -> int:
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    arguments = sys.argv[1:]
    both = "--both" in arguments
    return run_all([argument for argument in arguments if argument != "--both"], both=both)


if __name__ == "__main__":
    sys.exit(main())
