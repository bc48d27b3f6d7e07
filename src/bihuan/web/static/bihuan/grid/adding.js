// Rows pasted under the last one: first what they would open as records, then, if it is wanted, the records.

export class Adding {
  constructor(facts, rows, view, selection, saving, say) {
    Object.assign(this, { facts, rows, view, selection, saving, say, dialog: document.getElementById("grid-adding") });
    this.text = this.dialog.querySelector("[data-adding=text]");
    this.list = this.dialog.querySelector("[data-adding=faults]");
    this.button = this.dialog.querySelector("[data-adding=write]");
    this.button.addEventListener("click", () => this.write());
  }

  /** Offer to open a record for each line of texts, the first of which belongs to the column `left`. */
  async offer(lines, left) {
    this.left = left;
    const columns = this.rows.columns.slice(left);
    const told = (line) => Object.fromEntries(columns.map((column, place) => [column, line[place] || ""]).filter(([column, text]) => column.edit && text !== "").map(([column, text]) => [column.code, text]));
    this.fresh = lines.map(told).filter((row) => Object.keys(row).length);
    if (!this.fresh.length) { this.say(`超出末行的 ${lines.length} 行里没有可以填写的列，没有粘贴`, true); return; }
    if (this.fresh.length > this.facts.mostNew) { this.say(`超出末行的 ${this.fresh.length} 行太多，一次最多新增 ${this.facts.mostNew} 行；更多请用导入`, true); return; }
    const found = await this.ask(false);
    if (found) this.show(found);
  }

  async ask(write) {
    try { return await this.saving.post(this.facts.urls.add, { rows: this.fresh, write }); } catch (error) { this.say(error.message, true); return null; }
  }

  show(found) {
    const bad = new Set(found.faults.map((fault) => fault.row)).size, most = 20;
    this.text.textContent = bad
      ? `超出末行的 ${this.fresh.length} 行里，有 ${bad} 行不能新增；改好以后再粘贴，现在一行也不新增：`
      : `超出末行的 ${this.fresh.length} 行可以新增为 ${found.count} 条记录。`;
    const lines = found.faults.slice(0, most).map((fault) => `第 ${fault.row + 1} 行：${fault.message}`);
    if (found.faults.length > most) lines.push(`还有 ${found.faults.length - most} 处`);
    this.list.replaceChildren(...lines.map((line) => Object.assign(document.createElement("li"), { textContent: line })));
    this.button.hidden = bad > 0;
    this.button.textContent = `新增 ${found.count} 条`;
    this.dialog.showModal();
  }

  async write() {
    this.dialog.close();
    const found = await this.ask(true);
    if (!found) return;
    if (found.faults.length) { this.show(found); return; }
    this.saving.redos.length = 0;
    this.written(found);
  }

  /** The rows are records now; undo takes them back as one step. */
  written(found) {
    this.saving.undos.push({ added: { batch: found.pk, count: found.count, rows: this.fresh, left: this.left } });
    this.moved(found.count);
    this.say(`已新增 ${found.count} 条，最新的排在最前；按 Ctrl+Z 整批撤销`, false, found.batch);
  }

  /** Undo or redo such a step. */
  async turn({ added }, way) {
    Object.assign(this, { fresh: added.rows, left: added.left });
    if (way === "redone") {
      const found = await this.ask(true);
      if (found && !found.faults.length) this.written(found);
      else if (found) this.show(found);
      return;
    }
    let found;
    try { found = await this.saving.post(this.facts.urls.undo, { batch: added.batch }); } catch (error) { this.say(error.message, true); return; }
    this.saving.redos.push({ added });
    this.moved(-found.count);
    const kept = found.spared.length ? `；${found.spared.join("、")} 后来改过，没有撤销` : "";
    this.say(`已撤销新增的 ${found.count} 条${kept}`, kept !== "");
  }

  moved(count) {
    this.rows.grow(count);
    this.view.measure();
    this.view.moveTo(0, 0);
    this.selection.go(0, this.left);
    this.view.plan();
    this.saving.changed();
  }
}
