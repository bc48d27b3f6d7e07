"""The command `bihuan`: reads its arguments, prepares Django, runs the command's module, tells errors in words."""

import os
import sys
from collections.abc import Sequence
from importlib import import_module

from bihuan.base.home import home
from bihuan.cli.archive.takeover import settle_interrupted
from bihuan.cli.arguments import build_parser

__all__ = ["build_parser", "main"]


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit status: 0 done, 1 could not or found something, 2 wrongly typed."""
    arguments = build_parser().parse_args(argv)
    if arguments.home:
        os.environ["BIHUAN_HOME"] = os.path.abspath(arguments.home)  # noqa: PTH100 - without following links
    try:
        return _run(arguments.module, arguments)
    except KeyboardInterrupt:
        print("已中断，没有完成的部分没有写入。", file=sys.stderr)
        return 130
    except BrokenPipeError:
        # The reader, such as `head`, has seen enough. What is still in the buffer has nowhere to go.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except Exception as error:  # noqa: BLE001 - the last stop: nobody at a terminal shall see a traceback
        from bihuan.cli.failure import in_words

        print(in_words(error), file=sys.stderr)
        return 1


def _run(module: str, arguments: object) -> int:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "bihuan.settings")
    import django

    # Django's settings read the home folder's keys, so that a restore cut off by a crash is brought to its end before.
    settle_interrupted(home())
    django.setup()
    status = import_module(module).run(arguments)
    sys.stdout.flush()
    return int(status)
