"""The number of a document (文号): organ's sign, year in 〔〕, serial without leading zeros (GB/T 9704-2012, 7.2.5)."""

from datetime import date

from bihuan.loop.notice.models import DocumentSerial


def next_number(sign: str, day: date) -> str:
    """The next number under a sign in a year: 示审督〔2026〕3号. The caller's transaction holds the series to its end.

    A number whose transaction was undone was never seen by anybody, and goes to the next; one given stays given.
    """
    DocumentSerial.objects.get_or_create(sign=sign, year=day.year)
    series = DocumentSerial.objects.select_for_update().get(sign=sign, year=day.year)
    series.last += 1
    series.save(update_fields=["last"])
    return str(series)
