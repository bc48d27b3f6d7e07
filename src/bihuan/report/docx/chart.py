"""Native charts (DrawingML, ECMA-376 part 1, 21.2), each with the workbook behind it, so that Word can edit them."""

import io
from decimal import Decimal
from xml.sax.saxutils import escape

import xlsxwriter
from xlsxwriter.utility import xl_col_to_name

from bihuan.report.document import Chart, Series
from bihuan.report.docx.markup import DECLARATION, holdable

_C = "http://schemas.openxmlformats.org/drawingml/2006/chart"
_A = "http://schemas.openxmlformats.org/drawingml/2006/main"
_R = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_SHEET = "Sheet1"
# EMU: as wide as the type area, and seven parts to its twelve.
WIDTH, HEIGHT = 156 * 36_000, 91 * 36_000
_COLOURS = ("4472C4", "ED7D31", "70AD47", "FFC000", "5B9BD5", "A5A5A5")


def drawing(relation: str, number: int, title: str) -> str:
    """The run that shows the chart of a relation."""
    name = escape(holdable(title), {'"': "&quot;"})
    return (
        '<w:r><w:drawing><wp:inline xmlns:wp="http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing"'
        f' distT="0" distB="0" distL="0" distR="0"><wp:extent cx="{WIDTH}" cy="{HEIGHT}"/>'
        f'<wp:docPr id="{number}" name="Chart {number}" descr="{name}"/><a:graphic xmlns:a="{_A}">'
        f'<a:graphicData uri="{_C}"><c:chart xmlns:c="{_C}" xmlns:r="{_R}" r:id="{relation}"/></a:graphicData>'
        "</a:graphic></wp:inline></w:drawing></w:r>"
    )


def workbook(chart: Chart) -> bytes:
    """The workbook that holds the chart's data."""
    file = io.BytesIO()
    book = xlsxwriter.Workbook(file, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    sheet = book.add_worksheet(_SHEET)
    for row, category in enumerate(chart.categories, 1):
        sheet.write_string(row, 0, holdable(category))
    for column, series in enumerate(chart.series, 1):
        sheet.write_string(0, column, holdable(series.name))
        for row, value in enumerate(series.values, 1):
            if value is not None:
                sheet.write_number(row, column, float(value))
    book.close()
    return file.getvalue()


def chart_part(chart: Chart) -> str:
    """The part word/charts/chartN.xml; its relation rId1 is the workbook."""
    plot = _plot(chart)
    legend = '<c:legend><c:legendPos val="b"/><c:overlay val="0"/></c:legend>'
    shown = legend if len(chart.series) > 1 or chart.kind == "pie" else ""
    unit = f"（{chart.unit}）" if chart.unit else ""
    return (
        f'{DECLARATION}<c:chartSpace xmlns:c="{_C}" xmlns:a="{_A}" xmlns:r="{_R}"><c:roundedCorners val="0"/><c:chart>'
        f'<c:title><c:tx><c:rich><a:bodyPr/><a:p><a:pPr><a:defRPr sz="1200" b="0"/></a:pPr><a:r>'
        f'<a:rPr lang="zh-CN" sz="1200" b="0"/><a:t>{escape(holdable(chart.title + unit))}</a:t></a:r></a:p></c:rich>'
        f'</c:tx><c:overlay val="0"/></c:title><c:autoTitleDeleted val="0"/><c:plotArea><c:layout/>{plot}</c:plotArea>'
        f'{shown}<c:plotVisOnly val="1"/><c:dispBlanksAs val="gap"/></c:chart>'
        '<c:externalData r:id="rId1"><c:autoUpdate val="0"/></c:externalData></c:chartSpace>'
    )


def _plot(chart: Chart) -> str:
    series = "".join(_series(chart, index, one) for index, one in enumerate(chart.series))
    match chart.kind:
        case "bar":
            return (
                '<c:barChart><c:barDir val="col"/><c:grouping val="clustered"/><c:varyColors val="0"/>'
                f'{series}<c:gapWidth val="80"/><c:axId val="1"/><c:axId val="2"/></c:barChart>{_axes()}'
            )
        case "line":
            return (
                f'<c:lineChart><c:grouping val="standard"/><c:varyColors val="0"/>{series}<c:marker val="1"/>'
                f'<c:axId val="1"/><c:axId val="2"/></c:lineChart>{_axes()}'
            )
        case "pie":
            return f'<c:pieChart><c:varyColors val="1"/>{series}<c:firstSliceAng val="0"/></c:pieChart>'


def _axes() -> str:
    shared = '<c:scaling><c:orientation val="minMax"/></c:scaling><c:delete val="0"/>'
    return (
        f'<c:catAx><c:axId val="1"/>{shared}<c:axPos val="b"/><c:numFmt formatCode="General" sourceLinked="0"/>'
        '<c:majorTickMark val="out"/><c:minorTickMark val="none"/><c:tickLblPos val="nextTo"/><c:crossAx val="2"/>'
        "</c:catAx>"
        f'<c:valAx><c:axId val="2"/>{shared}<c:axPos val="l"/><c:majorGridlines/>'
        '<c:numFmt formatCode="General" sourceLinked="0"/><c:majorTickMark val="out"/><c:minorTickMark val="none"/>'
        '<c:tickLblPos val="nextTo"/><c:crossAx val="1"/></c:valAx>'
    )


def _series(chart: Chart, index: int, series: Series) -> str:
    column, last = xl_col_to_name(index + 1), len(chart.categories) + 1
    colour = _COLOURS[index % len(_COLOURS)]
    fill = f'<a:solidFill><a:srgbClr val="{colour}"/></a:solidFill>'
    look = {"bar": f"<c:spPr>{fill}</c:spPr>", "line": f'<c:spPr><a:ln w="28575">{fill}</a:ln></c:spPr>'}.get(
        chart.kind, ""
    )
    points = "".join(_slice(place) for place in range(len(chart.categories))) if chart.kind == "pie" else ""
    name = (
        f'<c:strCache><c:ptCount val="1"/><c:pt idx="0"><c:v>{escape(holdable(series.name))}</c:v></c:pt></c:strCache>'
    )
    smooth = '<c:smooth val="0"/>' if chart.kind == "line" else ""
    return (
        f'<c:ser><c:idx val="{index}"/><c:order val="{index}"/><c:tx><c:strRef><c:f>{_SHEET}!${column}$1</c:f>{name}'
        f"</c:strRef></c:tx>{look}{points}<c:cat><c:strRef><c:f>{_SHEET}!$A$2:$A${last}</c:f>"
        f"{_texts(chart.categories)}</c:strRef>"
        f"</c:cat><c:val><c:numRef><c:f>{_SHEET}!${column}$2:${column}${last}</c:f>{_numbers(series.values)}</c:numRef>"
        f"</c:val>{smooth}</c:ser>"
    )


def _slice(place: int) -> str:
    """A slice's colour. Without it one is drawn in the theme's, and a document without a theme has none."""
    fill = f'<a:solidFill><a:srgbClr val="{_COLOURS[place % len(_COLOURS)]}"/></a:solidFill>'
    return f'<c:dPt><c:idx val="{place}"/><c:bubble3D val="0"/><c:spPr>{fill}</c:spPr></c:dPt>'


def _texts(values: tuple[str, ...]) -> str:
    points = "".join(f'<c:pt idx="{n}"><c:v>{escape(holdable(text))}</c:v></c:pt>' for n, text in enumerate(values))
    return f'<c:strCache><c:ptCount val="{len(values)}"/>{points}</c:strCache>'


def _numbers(values: tuple[Decimal | None, ...]) -> str:
    known = [(n, value) for n, value in enumerate(values) if value is not None]
    points = "".join(f'<c:pt idx="{n}"><c:v>{value:f}</c:v></c:pt>' for n, value in known)
    return f'<c:numCache><c:formatCode>General</c:formatCode><c:ptCount val="{len(values)}"/>{points}</c:numCache>'
