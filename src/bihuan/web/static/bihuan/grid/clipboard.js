// Copy, cut, paste, clear and fill: blocks of cells between this grid, Excel and WPS.

import { formatBlock, parseBlock } from "./tsv.js";

export class Clipboard {
  constructor(rows, selection, saving, adding, say) {
    Object.assign(this, { rows, selection, saving, adding, say });
  }

  /** The block as text; every row of it is here. */
  async text() {
    const { top, bottom, left, right } = this.selection.block;
    const lines = [];
    for (let index = top; index <= bottom; index++) {
      const row = this.rows.at(index), line = [];
      for (let place = left; place <= right; place++) line.push(row ? this.rows.text(row, place) : "");
      lines.push(line);
    }
    return formatBlock(lines);
  }

  copy(event) {
    const { top, bottom } = this.selection.block;
    event.preventDefault();
    for (let index = top; index <= bottom; index++) {
      if (this.rows.at(index)) continue;
      this.rows.need(top, bottom);
      this.say("选中的行还没有全部取到，请稍候再复制一次", true);
      return false;
    }
    const { left, right } = this.selection.block, lines = [];
    for (let index = top; index <= bottom; index++) {
      const row = this.rows.at(index), line = [];
      for (let place = left; place <= right; place++) line.push(this.rows.text(row, place));
      lines.push(line);
    }
    event.clipboardData.setData("text/plain", formatBlock(lines));
    return true;
  }

  /** Put a block at the active cell; one cell fills the whole selection, and a block is repeated where it fits. */
  async paste(text) {
    const block = parseBlock(text), wide = Math.max(...block.map((row) => row.length));
    const { top, left, bottom, right } = this.selection.block;
    const fits = (room, size) => (room % size === 0 ? room : size);
    const height = fits(bottom - top + 1, block.length), width = fits(right - left + 1, wide);
    const rows = Math.min(height, this.rows.total - top), columns = Math.min(width, this.rows.columns.length - left);
    if (rows > 0) await this.change(top, left, rows, columns, (down, along) => block[down % block.length][along % wide] || "");
    if (rows > 0) this.selection.span(top, left, top + rows - 1, left + columns - 1);
    if (width > columns) this.say(`超出末列的 ${width - columns} 列没有粘贴`, true);
    if (height > rows) await this.adding.offer(block.slice(rows), left);
  }

  clear() {
    const { top, bottom, left, right } = this.selection.block;
    return this.change(top, left, bottom - top + 1, right - left + 1, () => "");
  }

  /** Fill a block with its first row, or with `source` rows above the place where it begins. */
  fill(block = this.selection.block, source = 1) {
    const { top, bottom, left, right } = block;
    const text = (down, along) => { const row = this.rows.at(top + (down % source)); return row ? this.rows.text(row, left + along) : ""; };
    return this.change(top, left, bottom - top + 1, right - left + 1, text, source);
  }

  async change(top, left, height, width, text, from = 0) {
    if (height * width > 4 * this.saving.facts.most) { this.say(`选得太多：一次最多改 ${this.saving.facts.most} 格`, true); return; }
    await this.rows.need(top, top + height - 1);
    const changes = [];
    let closed = 0;
    for (let down = from; down < height; down++) {
      const row = this.rows.at(top + down);
      for (let along = 0; along < width; along++) {
        if (!this.rows.canEdit(row, left + along)) { closed++; continue; }
        changes.push({ row, code: this.rows.columns[left + along].code, text: text(down, along) });
      }
    }
    if (closed) this.say(`有 ${closed} 格是只读的，没有改`, true);
    await this.saving.save(changes);
  }
}
