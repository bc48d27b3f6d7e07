// Blocks of cells as spreadsheet programs put them on the clipboard: tabs between cells, quotes around what holds breaks.

/** The cells of a block. A quoted cell may hold tabs, breaks and doubled quotes; the break after the last row is none. */
export function parseBlock(text) {
  const rows = [[]];
  let cell = "", at = 0, quoted = false, fresh = true;
  const endCell = () => { rows[rows.length - 1].push(cell); cell = ""; fresh = true; };
  const source = text.replace(/\r\n?/g, "\n");
  for (; at < source.length; at++) {
    const mark = source[at];
    if (quoted) {
      if (mark !== '"') cell += mark;
      else if (source[at + 1] === '"') { cell += '"'; at++; }
      else quoted = false;
    } else if (mark === '"' && fresh && closes(source, at)) { quoted = true; fresh = false; }
    else if (mark === "\t") endCell();
    else if (mark === "\n") { endCell(); rows.push([]); }
    else { cell += mark; fresh = false; }
  }
  endCell();
  if (rows.length > 1 && rows[rows.length - 1].length === 1 && rows[rows.length - 1][0] === "") rows.pop();
  return rows;
}

// A quote at a cell's beginning opens a quoted cell only if another closes it just before a tab, a break or the end.
function closes(source, at) {
  for (let next = at + 1; next < source.length; next++) {
    if (source[next] !== '"') continue;
    if (source[next + 1] === '"') { next++; continue; }
    return next + 1 === source.length || source[next + 1] === "\t" || source[next + 1] === "\n";
  }
  return false;
}

export function formatBlock(rows) {
  const told = (text) => (/["\t\n\r]/.test(text) ? `"${text.replace(/"/g, '""')}"` : text);
  return rows.map((row) => row.map(told).join("\t")).join("\r\n");
}

/** The value of a shown number: without thousands, a percent sign or a measure behind it; NaN for anything else. */
export function numberOf(text) {
  const bare = text.replace(/,/g, "").replace(/\s*[%％]$/, "").trim();
  return bare !== "" && /^[+-]?\d*\.?\d+$/.test(bare) ? Number(bare) : NaN;
}
