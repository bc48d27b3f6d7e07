// The active cell and the block around it. Rows and columns are places; the block spans from the anchor to the head.

export class Selection {
  constructor(rows) {
    this.rows = rows;
    this.anchor = { row: 0, column: 0 };
    this.head = { row: 0, column: 0 };
    this.moved = () => {};
  }

  get block() {
    const [a, b] = [this.anchor, this.head];
    return {
      top: Math.min(a.row, b.row), bottom: Math.max(a.row, b.row),
      left: Math.min(a.column, b.column), right: Math.max(a.column, b.column),
    };
  }

  get size() {
    const { top, bottom, left, right } = this.block;
    return (bottom - top + 1) * (right - left + 1);
  }

  holds(row, column) {
    const { top, bottom, left, right } = this.block;
    return row >= top && row <= bottom && column >= left && column <= right;
  }

  go(row, column, stretch = false) {
    this.head = this.inside(row, column);
    if (!stretch) this.anchor = this.head;
    this.moved();
  }

  span(top, left, bottom, right) {
    this.anchor = this.inside(top, left);
    this.head = this.inside(bottom, right);
    this.moved();
  }

  step(down, right, stretch) {
    this.go(this.head.row + down, this.head.column + right, stretch);
  }

  /** To the edge of the filled cells, as in a spreadsheet; only through rows that are here. */
  leap(down, right, stretch) {
    let { row, column } = this.head;
    if (down) row = down > 0 ? this.rows.total - 1 : 0;
    if (right) {
      const filled = (place) => { const here = this.rows.at(row); return Boolean(here && this.rows.shown(here, place)); };
      const start = filled(column), last = this.rows.columns.length - 1;
      do column += right; while (column > 0 && column < last && filled(column + (start ? right : 0)) === start);
    }
    this.go(row, column, stretch);
  }

  /** Tab and Enter walk on inside a block, and past its end begin anew. */
  next(down, right) {
    if (this.size === 1) return this.step(down, right, false);
    return this.go(this.anchor.row + down, this.anchor.column + right);
  }

  inside(row, column) {
    return {
      row: Math.max(0, Math.min(this.rows.total - 1, row)),
      column: Math.max(0, Math.min(this.rows.columns.length - 1, column)),
    };
  }
}
