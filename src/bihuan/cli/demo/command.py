"""`bihuan demo`: load the demo county if it is not there, say who can sign in, and serve it."""

from argparse import Namespace
from datetime import date

from bihuan.base import clock
from bihuan.base.home import home
from bihuan.cli.arguments import DEFAULT_HOST
from bihuan.cli.database import migrate
from bihuan.cli.demo.build import LEDGER, county_of, is_loaded, load, size_at
from bihuan.cli.demo.county import County, Size
from bihuan.cli.demo.given_out import give_out
from bihuan.cli.demo.people import MEMORABLE, PASSWORD, workers
from bihuan.cli.demo.sheet import SAMPLE_FOLDER, SAMPLE_NAME, SAMPLE_ROWS, write_sample
from bihuan.cli.listing import print_table
from bihuan.cli.progress import Progress
from bihuan.cli.serve import listen, prepare, serve
from bihuan.ledger.models import Event, Record
from bihuan.org.roles import role_title
from bihuan.report.models import Issued


def run(arguments: Namespace) -> int:
    """Load and serve; a port that is taken is told before the loading begins."""
    server = None if arguments.load_only else listen(DEFAULT_HOST, arguments.port)
    try:
        load_once(size_at(arguments.scale), arguments.seed)
        tell()
        if server:
            prepare()
            serve(server, DEFAULT_HOST, arguments.port)
    finally:
        if server:
            server.close()
    return 0


def load_once(size: Size, seed: int) -> None:
    """Load the county and leave the sample workbook, unless that was done before."""
    migrate()
    today = clock.today()
    if is_loaded():
        print("示范县已经装入，数据保留不动。")
    else:
        with Progress("正在装入示范县，第几步：") as progress:
            load(size, seed=seed, today=today, progress=progress)
        records = Record.objects.filter(ledger__code=LEDGER)
        findings, others = records.count(), Record.objects.count() - records.count()
        print(
            f"示范县已装入：{findings:,} 个审计发现问题，其他台账 {others:,} 条记录，{Event.objects.count():,} 个事件。"
        )
    if not Issued.objects.exists():
        # After the loading is committed: what is given out counts from the lake, which knows of no transaction.
        print(f"已按当时的数据印发材料、公布考核 {give_out(today)} 件。")
    if not (home() / SAMPLE_FOLDER / SAMPLE_NAME).exists():
        write_sample(county_of(Size(), today), seed=seed, today=today, folder=home() / SAMPLE_FOLDER)


def tell(today: date | None = None) -> None:
    """Say who can sign in, and where the sample workbook lies."""
    county = county_of(Size(), today or clock.today())
    by_login = {worker.login: worker for worker in workers(county)}
    rows = [(login, by_login[login].name, _posts(county, by_login[login].posts)) for login in MEMORABLE]
    print_table(("登录名", "姓名", "岗位"), rows)
    towns = len(county.towns)
    print(f"还有 zhen01 至 zhen{towns:02d}（各乡镇承办）等，全部人员：bihuan user list")
    print(f"密码都是：{PASSWORD}    （只用于示范，不要用在真实数据上）")
    print(f"可以拖进网页试导入的表格（{SAMPLE_ROWS} 个新问题）：{home() / SAMPLE_FOLDER / SAMPLE_NAME}")


def _posts(county: County, posts: tuple[tuple[str, str], ...]) -> str:
    return "；".join(f"{county.by_code[unit].name} {role_title(role)}" for unit, role in posts)
