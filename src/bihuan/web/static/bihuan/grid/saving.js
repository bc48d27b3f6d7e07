// Changes on their way to the server: drafts until they are saved, what collided, what was refused, and undo and redo.

import { key } from "./rows.js";

export class Saving {
  constructor(facts, rows, view, say) {
    Object.assign(this, { facts, rows, view, say, undos: [], redos: [], running: Promise.resolve(), waiting: 0, changed: () => {} });
    this.token = () => JSON.parse(document.body.getAttribute("hx-headers"))["X-CSRFToken"];
  }

  async post(url, content) {
    const form = content instanceof FormData;
    const answer = await fetch(url, {
      method: "POST",
      headers: { ...(form ? {} : { "Content-Type": "application/json" }), "X-CSRFToken": this.token(), "HX-Request": "true" },
      body: form ? content : JSON.stringify(content),
    });
    if (answer.headers.get("HX-Redirect")) { location.assign(answer.headers.get("HX-Redirect")); throw new Error("登录已过期"); }
    const found = answer.headers.get("Content-Type").startsWith("application/json") ? await answer.json() : { message: await answer.text() };
    if (!answer.ok) throw new Error(found.message || `没有保存（${answer.status}）`);
    return found;
  }

  async check(cell) {
    try {
      const { faults } = await this.post(this.facts.urls.check, { cells: [cell] });
      return faults.length ? faults[0].message : "";
    } catch (error) { return ""; }
  }

  /** Save changes [{row, code, text, before?}], one after another. What is the same already is left out. */
  save(changes, { remember = "undo", stays = false } = {}) {
    const cells = changes
      .map(({ row, code, text, before }) => ({ record: row.id, code, text, before: before === undefined ? this.rows.stored(row, this.rows.column.get(code)) : before, stays }))
      .filter((cell) => {
        const same = cell.text === cell.before && !stays;
        if (same) this.rows.setDraft(cell.record, cell.code, null);
        return !same;
      });
    if (!cells.length) { this.view.plan(); this.changed(); return Promise.resolve(); }
    if (cells.length > this.facts.most) { this.say(`一次最多改 ${this.facts.most} 格，这次有 ${cells.length} 格；请分几次，或用导入、批量修改`, true); return Promise.resolve(); }
    cells.forEach((cell) => this.rows.setDraft(cell.record, cell.code, { text: cell.text, before: cell.before, state: "saving" }));
    this.waiting++;
    this.view.plan();
    this.changed();
    this.running = this.running.then(() => this.send(cells, remember)).finally(() => { this.waiting--; this.changed(); this.view.plan(); });
    return this.running;
  }

  async send(cells, remember) {
    let found;
    try { found = await this.post(this.facts.urls.save, { cells }); } catch (error) {
      cells.forEach((cell) => this.rows.setDraft(cell.record, cell.code, { text: cell.text, before: cell.before, state: "bad", message: error.message }));
      this.say(error.message, true);
      return;
    }
    found.rows.forEach((row) => this.rows.renew(row));
    const bad = new Map(found.faults.map((fault) => [key(fault.record, fault.code), fault.message]));
    const collided = new Map(found.collisions.map((one) => [key(one.record, one.code), one]));
    const done = [];
    for (const cell of cells) {
      const at = key(cell.record, cell.code), message = bad.get(at) || bad.get(key(cell.record, ""));
      const collision = collided.get(at);
      if (collision) this.rows.setDraft(cell.record, cell.code, { text: cell.text, before: cell.before, state: "collided", message: `${collision.who}刚改为“${collision.here}”，按回车选用哪一个`, collision });
      else if (message || hasOther(bad, cell)) this.rows.setDraft(cell.record, cell.code, { text: cell.text, before: cell.before, state: "bad", message: message || "这一行有别的格没有改好，先改那一格" });
      else { this.rows.setDraft(cell.record, cell.code, null); done.push(cell); }
    }
    if (done.length && remember) this.remember(done, remember);
    this.tell(done, found, collided.size);
  }

  remember(done, stack) {
    if (stack === "undo") this.redos.length = 0;
    const after = (cell) => { const row = this.rows.byId(cell.record); return row ? this.rows.stored(row, this.rows.column.get(cell.code)) : cell.text; };
    const undone = stack === "undone";
    const step = done.map((cell) => ({
      id: cell.record, code: cell.code, from: undone ? after(cell) : cell.before, to: undone ? cell.before : after(cell),
    }));
    (undone ? this.redos : this.undos).push(step);
  }

  tell(done, found, collided) {
    const refused = found.faults.length;
    if (collided) this.say(`${collided} 格刚被别人改过，没有覆盖：选中橙色的格按回车，选用哪一个`, true);
    else if (refused) this.say(`${found.faults[0].message}${refused > 1 ? `；等 ${refused} 处没有保存，见红色的格` : ""}`, true);
    else if (found.batch) this.say(`已保存 ${done.length} 格`, false, found.batch);
  }

  undo() { return this.turn(this.undos, (cell) => ({ text: cell.from, before: cell.to }), "undone"); }
  redo() { return this.turn(this.redos, (cell) => ({ text: cell.to, before: cell.from }), "redone"); }

  turn(stack, way, remember) {
    const step = stack.pop();
    if (!step) return Promise.resolve();
    if (step.added) return this.running = this.running.then(() => this.turnRows(step, remember));
    return this.save(step.map((cell) => ({ row: { id: cell.id }, code: cell.code, ...way(cell) })), { remember });
  }

  /** Drafts that were not saved. */
  get unsaved() { return [...this.rows.drafts.values()].filter((draft) => draft.state !== "saving").length; }
}

const hasOther = (bad, cell) => [...bad.keys()].some((at) => at.startsWith(`${cell.record}:`));
