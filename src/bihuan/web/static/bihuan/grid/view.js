// Draws what is in sight: a head and a few dozen rows, however many there are. The first column and the head stay put.

export const HEIGHT = 30;
const HEAD = 34;
const GUTTER = 58;
const FROZEN = 1;
const TALLEST = 8e6;
const BEYOND = 3;
const BESIDE = 8;

const make = (tag, name, parent) => {
  const element = document.createElement(tag);
  if (name) element.className = name;
  if (parent) parent.append(element);
  return element;
};

/** Set what an element shows, if it does not show it already. */
const write = (element, name, value) => { if (element[name] !== value) element[name] = value; };

export class View {
  constructor(root, rows, selection) {
    Object.assign(this, { root, rows, selection, top: 0, left: 0, lines: [], flashes: new Map() });
    this.scroller = make("div", "grid-scroll", root);
    this.spacer = make("div", "grid-space", this.scroller);
    this.sight = make("div", "grid-sight", root);
    this.body = make("div", "grid-body", this.sight);
    this.frozen = make("div", "grid-frozen", this.sight);
    this.heads = make("div", "grid-heads", this.sight);
    this.frame = make("div", "grid-frame", this.sight);
    this.handle = make("div", "grid-handle", this.sight);
    this.handle.title = "向下拖动填充";
    this.measure();
    this.scroller.addEventListener("scroll", () => this.scrolled());
    root.addEventListener("wheel", (event) => this.wheeled(event), { passive: false });
    new ResizeObserver(() => this.draw()).observe(root);
  }

  measure() {
    let left = GUTTER;
    this.offsets = this.rows.columns.map((column) => { const at = left; left += column.width; return at; });
    this.width = left + 24;
    this.tall = this.rows.total * HEIGHT + HEAD + 24;
    this.spacer.style.width = `${this.width}px`;
    this.spacer.style.height = `${Math.min(this.tall, TALLEST)}px`;
    this.frozenWidth = this.offsets[FROZEN] === undefined ? this.width : this.offsets[FROZEN];
    this.root.setAttribute("aria-rowcount", this.rows.total + 1);
    this.root.setAttribute("aria-colcount", this.rows.columns.length);
  }

  // A browser lays out no more than some million pixels; a longer table is scrolled in proportion.
  get ratio() {
    const room = this.tall - this.scroller.clientHeight;
    const scroll = Math.min(this.tall, TALLEST) - this.scroller.clientHeight;
    return room > 0 && scroll > 0 ? room / scroll : 1;
  }

  scrolled() {
    if (Math.abs(this.scroller.scrollTop * this.ratio - this.top) > this.ratio) this.top = this.scroller.scrollTop * this.ratio;
    this.left = this.scroller.scrollLeft;
    this.plan();
  }

  wheeled(event) {
    if (event.ctrlKey) return;
    event.preventDefault();
    const unit = event.deltaMode === 1 ? HEIGHT : event.deltaMode === 2 ? this.scroller.clientHeight : 1;
    this.moveTo(this.top + (event.shiftKey ? 0 : event.deltaY * unit), this.left + (event.shiftKey ? event.deltaY : event.deltaX) * unit);
  }

  moveTo(top, left) {
    this.top = Math.max(0, Math.min(top, this.tall - this.scroller.clientHeight));
    this.scroller.scrollTop = this.top / this.ratio;
    this.scroller.scrollLeft = left;
    this.left = this.scroller.scrollLeft;
    this.plan();
  }

  plan() {
    if (this.planned) return;
    this.planned = requestAnimationFrame(() => { this.planned = 0; this.draw(); });
  }

  /** Bring a cell into sight. */
  reach(row, column) {
    const room = this.scroller.clientHeight - HEAD, y = row * HEIGHT;
    let top = this.top, left = this.left;
    if (y < top) top = y;
    else if (y + HEIGHT > top + room) top = y + HEIGHT - room;
    if (column >= FROZEN) {
      const x = this.offsets[column], end = x + this.rows.columns[column].width + BESIDE;
      if (x - left < this.frozenWidth) left = x - this.frozenWidth;
      else if (end - left > this.scroller.clientWidth) left = Math.min(x - this.frozenWidth, end - this.scroller.clientWidth);
    }
    if (top !== this.top || left !== this.left) this.moveTo(top, left);
    else this.plan();
  }

  get page() { return Math.max(1, Math.floor((this.scroller.clientHeight - HEAD) / HEIGHT) - 1); }

  /** Row and column under a point of the window; row -1 is the head, column -1 the numbers. */
  under(x, y) {
    const box = this.root.getBoundingClientRect();
    const inX = x - box.left, inY = y - box.top;
    const row = inY < HEAD ? -1 : Math.floor((inY - HEAD + this.top) / HEIGHT);
    const at = inX < this.frozenWidth ? inX : inX + this.left;
    const column = at < GUTTER ? -1 : this.offsets.findLastIndex ? this.offsets.findLastIndex((start) => start <= at) : this.offsets.filter((start) => start <= at).length - 1;
    return { row: Math.min(row, this.rows.total - 1), column };
  }

  box(row, column, rowEnd = row, columnEnd = column) {
    const x = (place) => this.offsets[place] - (place < FROZEN ? 0 : this.left);
    const left = x(column);
    const right = x(columnEnd) + this.rows.columns[columnEnd].width;
    return { left, top: HEAD + row * HEIGHT - this.top, width: right - left, height: (rowEnd - row + 1) * HEIGHT };
  }

  flash(id, codes) {
    const until = Date.now() + 2400;
    codes.forEach((code) => this.flashes.set(`${id}:${code}`, until));
    setTimeout(() => { codes.forEach((code) => this.flashes.delete(`${id}:${code}`)); this.plan(); }, 2400);
  }

  draw() {
    // Sizes are read once, before anything is written: each reading after a writing lays the page out anew.
    const wide = this.wide = this.scroller.clientWidth, high = this.high = this.scroller.clientHeight;
    const first = Math.max(0, Math.floor(this.top / HEIGHT) - BEYOND);
    const room = Math.ceil(high / HEIGHT) + 2 * BEYOND;
    const last = Math.min(this.rows.total - 1, first + room);
    const columns = this.columnsInSight();
    this.sight.style.width = `${wide}px`;
    this.sight.style.height = `${high}px`;
    this.drawHeads(columns);
    while (this.lines.length < last - first + 1) this.lines.push(this.newLine());
    // A row keeps its line while it is in sight, so that scrolling by a few rows rewrites only these few.
    const count = this.lines.length;
    for (let index = first; index < first + count; index++) this.drawLine(this.lines[index % count], index, index <= last, columns);
    this.drawFrame();
    if (this.rows.total) this.rows.need(first, last);
  }

  columnsInSight() {
    const found = [];
    this.rows.columns.forEach((column, place) => {
      const x = this.offsets[place] - this.left;
      if (place < FROZEN || (x + column.width > this.frozenWidth && x < this.wide)) found.push(place);
    });
    return found;
  }

  drawHeads(columns) {
    const mark = columns.join(",") + ":" + this.left + ":" + this.selection.block.left + ":" + this.selection.block.right;
    if (this.headMark === mark) return;
    this.headMark = mark;
    this.heads.replaceChildren();
    make("div", "grid-head gutter", this.heads).style.width = `${GUTTER}px`;
    columns.forEach((place) => {
      const column = this.rows.columns[place];
      const { left, right } = this.selection.block;
      const head = make("div", `grid-head${place < FROZEN ? " fixed" : ""}${column.edit ? "" : " closed"}${place >= left && place <= right ? " in" : ""}`, this.heads);
      head.setAttribute("role", "columnheader");
      head.setAttribute("aria-colindex", place + 1);
      head.textContent = column.title;
      if (column.required) make("i", "must", head).textContent = "*";
      head.title = column.title + (column.edit ? "" : "（只读）");
      this.put(head, place);
    });
  }

  put(element, place) {
    const left = `${this.offsets[place] - (place < FROZEN ? 0 : this.left)}px`, width = `${this.rows.columns[place].width}px`;
    if (element.style.left !== left) element.style.left = left;
    if (element.style.width !== width) element.style.width = width;
  }

  newLine() {
    const line = { row: make("div", "grid-row", this.body), fixed: make("div", "grid-row", this.frozen), cells: new Map() };
    line.row.setAttribute("role", "row");
    line.number = make("div", "grid-cell gutter", line.fixed);
    return line;
  }

  drawLine(line, index, visible, columns) {
    line.row.hidden = line.fixed.hidden = !visible;
    if (!visible) return;
    const row = this.rows.at(index);
    const y = `translateY(${HEAD + index * HEIGHT - this.top}px)`;
    line.row.style.transform = line.fixed.style.transform = y;
    line.row.setAttribute("aria-rowindex", index + 2);
    const name = `grid-row${row ? "" : " empty"}${row && row.locked ? " locked" : ""}${row && row.gone ? " gone" : ""}`;
    write(line.row, "className", name);
    write(line.fixed, "className", name);
    write(line.number, "textContent", String(index + 1));
    line.number.classList.toggle("in", index >= this.selection.block.top && index <= this.selection.block.bottom);
    const wanted = new Set(columns);
    for (const [place, cell] of line.cells) if (!wanted.has(place)) { cell.remove(); line.cells.delete(place); }
    columns.forEach((place) => {
      let cell = line.cells.get(place);
      if (!cell) {
        cell = make("div", "", place < FROZEN ? line.fixed : line.row);
        cell.setAttribute("role", "gridcell");
        cell.setAttribute("aria-colindex", place + 1);
        line.cells.set(place, cell);
      }
      this.put(cell, place);
      this.drawCell(cell, row, index, place);
    });
  }

  drawCell(cell, row, index, place) {
    const column = this.rows.columns[place];
    const draft = row && this.rows.draft(row, place);
    const light = row && column.code === "light" ? ` light ${row.cells[place][1]}` : "";
    const marks = [
      column.end ? "end" : "", row && !this.rows.canEdit(row, place) ? "closed" : "",
      draft ? draft.state : "", this.selection.holds(index, place) ? "in" : "",
      row && this.flashes.has(`${row.id}:${column.code}`) ? "fresh" : "",
    ].filter(Boolean).join(" ");
    write(cell, "className", `grid-cell ${marks}${light}`);
    const text = row ? this.rows.shown(row, place) : "";
    if (column.kind === "file") this.drawFiles(cell, row && row.cells[place], text);
    else if (cell.textContent !== text) cell.textContent = text;
    write(cell, "title", draft && draft.message ? draft.message : row && row.locked && column.edit ? row.locked : text.length > 12 ? text : "");
    write(cell, "ariaSelected", String(this.selection.holds(index, place)));
    write(cell, "ariaInvalid", draft && draft.state === "bad" ? "true" : null);
  }

  /** A cell of files: small pictures of those that are pictures, then the names. */
  drawFiles(cell, value, text) {
    const files = Array.isArray(value) ? value[2] || [] : [], mark = JSON.stringify(files);
    if (cell.dataset.files === mark) return;
    cell.dataset.files = mark;
    cell.textContent = text;
    for (const [, name, , thumb] of [...files].reverse()) if (thumb) cell.prepend(Object.assign(document.createElement("img"), { src: thumb, alt: name, className: "grid-thumb" }));
  }

  drawFrame() {
    if (!this.rows.total) { this.frame.hidden = this.handle.hidden = true; return; }
    const { top, bottom, left, right } = this.selection.block;
    const box = this.box(top, left, bottom, right);
    const clipLeft = left < FROZEN ? 0 : Math.max(0, this.frozenWidth - box.left);
    const clipTop = Math.max(0, HEAD - box.top);
    const bottomEdge = Math.min(box.top + box.height, this.high + 4);
    const height = bottomEdge - box.top - clipTop;
    const hidden = box.width - clipLeft <= 0 || height <= 0;
    this.frame.hidden = hidden;
    Object.assign(this.frame.style, { left: `${box.left + clipLeft}px`, top: `${box.top + clipTop}px`, width: `${box.width - clipLeft}px`, height: `${Math.max(0, height)}px` });
    const x = box.left + box.width, y = box.top + box.height;
    this.handle.hidden = hidden || !this.rows.facts.mayEdit || x < this.frozenWidth - 1 || y < HEAD || y > this.high;
    Object.assign(this.handle.style, { left: `${x - 5}px`, top: `${y - 5}px` });
  }
}
