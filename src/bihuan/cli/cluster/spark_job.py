"""The job that `spark-submit` runs on a cluster: figures of many counties over their lakes, without any database.

Definitions come from the packs, which are one set for all counties. See docs/figures.md. It lies in a folder of its
own, for Spark puts that folder before all of Python.
"""

import os
import sys
import tempfile
from argparse import ArgumentParser, Namespace
from pathlib import Path
from typing import Any


def main(argv: list[str] | None = None) -> int:
    """Work out the values and print them; the exit status is 1 where that could not be."""
    parser = ArgumentParser(description="用 Spark 计算多个县的指标")
    parser.add_argument("codes", metavar="指标", nargs="+", help="如 audit.finding.rate")
    parser.add_argument("--packs", metavar="目录", required=True, help="业务包所在的目录")
    parser.add_argument(
        "--county", metavar="县=数据湖目录", action="append", required=True, help="可写多次，或写一个清单文件"
    )
    parser.add_argument("--period", metavar="时期", default="", help="默认本年")
    parser.add_argument("--as-of", metavar="日期", default="")
    parser.add_argument("--known-at", metavar="时间", default="")
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args(argv)
    with tempfile.TemporaryDirectory(prefix="bihuan-job-") as home:
        os.environ.setdefault("BIHUAN_HOME", home)
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "bihuan.settings")
        import django

        django.setup()
        from bihuan.base.errors import BihuanError

        try:
            _work(arguments)
        except BihuanError as error:
            print(error, file=sys.stderr)
            return 1
    return 0


def _work(arguments: Namespace) -> None:
    from bihuan.cli.asking import asked_clocks, asked_period
    from bihuan.cli.counties import named_counties, print_counties
    from bihuan.figure.spark.counties import ask_counties
    from bihuan.figure.spark.session import cluster_session

    at = asked_clocks(arguments)
    period = asked_period(arguments, at)
    figures, counties = _figures(arguments), named_counties(arguments.county)
    found = ask_counties(cluster_session(), arguments.codes, [period], at, figures, counties)
    print_counties(found, arguments.codes, [period], as_json=arguments.json)


def _figures(arguments: Namespace) -> dict[str, Any]:
    """The definitions asked for, with all that they are made of. Raises BihuanError where a pack has faults."""
    from bihuan.base.errors import NotFound, did_you_mean
    from bihuan.figure.checks import sources_of
    from bihuan.figure.resolve import resolve, with_parts
    from bihuan.installed import KINDS, PackNotSound
    from bihuan.pack.reading import read_pack

    everything: dict[str, dict[str, Any]] = {}
    for folder in sorted(path for path in Path(arguments.packs).iterdir() if (path / "pack.yaml").is_file()):
        pack = read_pack(folder, KINDS)
        if not pack.is_sound:
            raise PackNotSound(folder, pack.issues)
        for kind, definitions in pack.definitions.items():
            everything.setdefault(kind, {}).update(definitions)
    sources = sources_of(everything)

    def meaning(code: str) -> Any:
        spec = sources.figure(code)
        if spec is None:
            raise NotFound(f"业务包里没有指标“{code}”", hint=did_you_mean(code, list(sources.known)))
        return resolve(code, spec, sources)

    return with_parts(arguments.codes, meaning)


if __name__ == "__main__":
    sys.exit(main())
