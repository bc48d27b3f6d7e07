// A ledger as a grid: puts the parts together and listens to the pointer, the clipboard and the buttons.

import { Adding } from "./adding.js";
import { Clipboard } from "./clipboard.js";
import { Editor } from "./editor.js";
import { Files } from "./files.js";
import { listen } from "./keys.js";
import { watch } from "./live.js";
import { Rows } from "./rows.js";
import { Saving } from "./saving.js";
import { Selection } from "./selection.js";
import { numberOf } from "./tsv.js";
import { View } from "./view.js";

const MOST_SUMMED = 20000;
const facts = JSON.parse(document.getElementById("grid-facts").textContent);
const root = document.getElementById("grid");
const part = (name) => document.querySelector(`[data-grid="${name}"]`);

function say(text, bad = false, url = "", title = "看这一批") {
  const line = part("state");
  line.textContent = text;
  line.className = bad ? "bad" : "";
  if (url) line.append(Object.assign(document.createElement("a"), { href: url, textContent: title }));
}

const rows = new Rows(facts, say);
const selection = new Selection(rows);
const view = new View(root, rows, selection);
const saving = new Saving(facts, rows, view, say);
const editor = new Editor(root, rows, selection, view);
const adding = new Adding(facts, rows, view, selection, saving, say);
saving.turnRows = (step, way) => adding.turn(step, way);
const files = new Files(facts, rows, view, saving, say);
const clipboard = new Clipboard(rows, selection, saving, adding, say);
const dialog = document.getElementById("grid-collision");

rows.heard = () => { view.plan(); sum(); };
editor.checked = (cell) => saving.check(cell);
editor.done = (change) => saving.save([change]);
selection.moved = () => {
  if (editor.editing) editor.commit(0, 0);
  view.reach(selection.head.row, selection.head.column);
  editor.place();
  sum();
};

/** Sum, average and count of the selection; more than can be looked at says so. */
function sum() {
  const { top, bottom, left, right } = selection.block;
  const line = part("sums");
  if (selection.size < 2) { line.textContent = ""; return; }
  if (selection.size > MOST_SUMMED) { line.textContent = `选中 ${(bottom - top + 1).toLocaleString()} 行，太多，不计合计`; return; }
  let total = 0, numbers = 0, filled = 0, missing = 0;
  for (let index = top; index <= bottom; index++) {
    const row = rows.at(index);
    if (!row) { missing++; continue; }
    for (let place = left; place <= right; place++) {
      const text = rows.text(row, place);
      if (text === "") continue;
      filled++;
      const value = rows.columns[place].end ? numberOf(text) : NaN;
      if (!Number.isNaN(value)) { numbers++; total += value; }
    }
  }
  if (missing) { rows.need(top, bottom); line.textContent = "正在取选中的行…"; return; }
  const told = (value) => value.toLocaleString("zh-CN", { maximumFractionDigits: 6 });
  const exact = Number(total.toFixed(6));
  line.textContent = [numbers ? `合计 ${told(exact)}` : "", numbers ? `平均 ${told(Number((exact / numbers).toFixed(6)))}` : "", `计数 ${filled}`].filter(Boolean).join("　");
}

/** What Enter opens instead of the editor: the files of a cell, or the choice where two wrote at once. */
function settle() {
  const { row, column } = selection.anchor, here = rows.at(row), draft = here && rows.draft(here, column);
  if (files.open(here, column)) return true;
  if (!draft || draft.state !== "collided") return false;
  const { collision } = draft;
  dialog.querySelector("[data-collision=where]").textContent = `${rows.columns[column].title}：${collision.who || "别人"}已改为“${collision.here || "空"}”，您填的是“${collision.mine || "空"}”。`;
  const choose = (name, text, act) => {
    const button = dialog.querySelector(`[data-collision=${name}]`);
    button.textContent = text;
    button.onclick = () => { dialog.close(); act(); editor.focus(); };
  };
  choose("here", `保留“${collision.here || "空"}”`, () => { rows.setDraft(here.id, draft.code, null); view.plan(); changed(); });
  choose("mine", `改为“${collision.mine || "空"}”`, () => saving.save([{ row: here, code: draft.code, text: collision.mine, before: collision.here }], { stays: true }));
  dialog.showModal();
  return true;
}

function changed() {
  if (part("undo")) { part("undo").disabled = !saving.undos.length; part("redo").disabled = !saving.redos.length; }
  const unsaved = saving.unsaved;
  part("total").textContent = `${saving.waiting ? "正在保存…　" : ""}${unsaved ? `${unsaved} 格没有保存　` : ""}共 ${facts.total.toLocaleString()}${facts.more ? "+" : ""} 条${facts.more ? `（仅数到 ${facts.total.toLocaleString()}）` : ""}`;
}
saving.changed = () => { changed(); sum(); };

// The pointer: press and drag selects, twice edits, the small square fills down
let drag = null;
root.addEventListener("mousedown", (event) => {
  if (event.button !== 0 || !rows.total || event.target === editor.area || editor.list.contains(event.target)) return;
  if (event.offsetX > view.scroller.clientWidth && event.target === view.scroller) return;
  event.preventDefault();
  if (editor.editing) editor.commit(0, 0);
  const { row, column } = view.under(event.clientX, event.clientY);
  if (event.target === view.handle) drag = { fill: selection.block };
  else if (row < 0 && column >= 0) selection.span(0, column, rows.total - 1, column);
  else if (row >= 0 && column < 0) selection.span(row, 0, row, rows.columns.length - 1);
  else if (row >= 0) { selection.go(row, column, event.shiftKey); drag = { select: true }; }
  editor.focus();
});
document.addEventListener("mousemove", (event) => {
  if (!drag) return;
  const { row, column } = view.under(event.clientX, event.clientY);
  if (row < 0 && !drag.fill) return;
  if (drag.select) selection.go(row, Math.max(0, column), true);
  else if (row >= drag.fill.top) selection.span(drag.fill.top, drag.fill.left, Math.max(row, drag.fill.bottom), drag.fill.right);
});
document.addEventListener("mouseup", () => {
  if (drag && drag.fill && selection.block.bottom > drag.fill.bottom) clipboard.fill(selection.block, drag.fill.bottom - drag.fill.top + 1);
  drag = null;
});
root.addEventListener("dblclick", (event) => {
  const { row, column } = view.under(event.clientX, event.clientY);
  if (row < 0 || column < 0 || event.target === editor.area && editor.editing) return;
  if (column === 0 && rows.at(row)) { location.assign(rows.at(row).url); return; }
  if (!settle()) editor.begin();
});
root.addEventListener("focus", () => editor.focus());

editor.area.addEventListener("copy", (event) => { if (!editor.editing) clipboard.copy(event); });
editor.area.addEventListener("cut", (event) => { if (!editor.editing && clipboard.copy(event)) clipboard.clear(); });
editor.area.addEventListener("paste", (event) => {
  if (editor.editing) return;
  event.preventDefault();
  clipboard.paste(event.clipboardData.getData("text/plain"));
});
for (const name of ["undo", "redo"]) if (part(name)) part(name).addEventListener("click", () => { saving[name](); editor.focus(); });
window.addEventListener("beforeunload", (event) => { if (saving.unsaved || saving.waiting || editor.editing) event.preventDefault(); });

listen({ rows, selection, view, editor, saving, clipboard, settle });
const look = watch({ facts, rows, view, saving, say, gone: (lost) => { if (lost) say("网络不通，暂时看不到别人的改动", true); } });
const scrolled = view.draw.bind(view);
view.draw = () => { scrolled(); editor.place(); };
view.draw();
changed();
editor.focus();
root.dataset.ready = "yes";
Object.assign(root, { look });
