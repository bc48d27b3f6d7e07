// One text area that lies over the active cell. It is always there, so that typing, an input method and the clipboard
// reach it; it shows itself once something is typed.

export class Editor {
  constructor(root, rows, selection, view) {
    Object.assign(this, { rows, selection, view, editing: false, checked: () => {}, done: () => {} });
    this.area = document.createElement("textarea");
    Object.assign(this.area, { className: "grid-editor", rows: 1, spellcheck: false });
    this.area.setAttribute("aria-label", "单元格");
    this.list = document.createElement("ul");
    this.list.className = "grid-options";
    this.list.setAttribute("role", "listbox");
    this.note = document.createElement("div");
    this.note.className = "grid-note";
    this.note.setAttribute("role", "alert");
    view.sight.append(this.area, this.list, this.note);
    this.hide();
    this.area.addEventListener("compositionstart", () => this.begin(""));
    this.area.addEventListener("input", () => this.typed());
    this.list.addEventListener("mousedown", (event) => {
      event.preventDefault();
      const item = event.target.closest("li");
      if (item) { this.area.value = item.dataset.value; this.commit(1, 0); }
    });
  }

  get column() { return this.rows.columns[this.selection.anchor.column]; }

  hide() {
    this.editing = false;
    this.list.hidden = this.note.hidden = true;
    this.area.classList.remove("open");
    this.area.value = "";
  }

  focus() { this.area.focus({ preventScroll: true }); }

  /** Lie over the active cell. */
  place() {
    if (!this.rows.total) return;
    const { row, column } = this.selection.anchor;
    const box = this.view.box(row, column);
    const seen = this.editing ? box : { ...box, left: Math.max(0, box.left), top: Math.max(0, box.top) };
    Object.assign(this.area.style, { left: `${seen.left}px`, top: `${seen.top}px`, width: `${Math.max(seen.width, this.editing ? 140 : 0)}px` });
    for (const part of [this.list, this.note]) Object.assign(part.style, { left: `${box.left}px`, top: `${box.top + (part === this.note && !this.list.hidden ? -26 : Math.max(30, this.area.offsetHeight) + 1)}px` });
  }

  /** Start with a text, or with what stands in the cell if none is given. */
  begin(text) {
    if (this.editing) return;
    const { row, column } = this.selection.anchor, here = this.rows.at(row);
    if (!this.rows.canEdit(here, column)) { this.hide(); return; }
    this.row = here;
    this.before = this.rows.stored(here, column);
    this.selection.head = this.selection.anchor;
    this.view.reach(row, column);
    this.editing = true;
    this.area.classList.add("open");
    if (text === undefined) {
      this.area.value = this.rows.text(here, column);
      this.area.setSelectionRange(this.area.value.length, this.area.value.length);
    }
    this.offer(text === undefined ? "" : this.area.value);
    this.grow();
  }

  typed() {
    if (!this.editing) {
      const text = this.area.value;
      this.begin("");
      if (!this.editing) return;
      this.area.value = text;
    }
    this.offer(this.area.value);
    this.grow();
    this.checkSoon();
  }

  grow() {
    this.area.style.height = "30px";
    this.area.style.height = `${Math.min(180, Math.max(30, this.area.scrollHeight))}px`;
    this.place();
  }

  /** The choices that hold what is typed; records of another ledger are asked for. */
  offer(text) {
    if (this.column.lookup) { this.seek(text); return; }
    const all = this.column.options || [];
    const found = all.filter((option) => option.includes(text.trim())).slice(0, 60);
    this.list.replaceChildren(...(found.length ? found : all.slice(0, 60)).map((option) => choice(option)));
    this.list.hidden = !all.length;
    if (found.length && text.trim() && this.column.kind !== "choices") this.pick(0);
  }

  /** Look for records of another ledger that the person may see and that hold what is typed. */
  seek(text) {
    clearTimeout(this.seeking);
    const { row, column } = this;
    this.seeking = setTimeout(async () => {
      const answer = await fetch(`${column.lookup}?${new URLSearchParams({ field: "q", q: text.trim() })}`, { headers: { "HX-Request": "true" } });
      if (!answer.ok || !this.editing || this.row !== row || this.column !== column || this.area.value !== text) return;
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      this.list.replaceChildren(...[...page.querySelectorAll("option")].map((option) => choice(option.value, option.textContent)));
      this.list.hidden = !this.list.children.length;
      if (text.trim() && !this.list.hidden) this.pick(0);
      this.place();
    }, 150);
  }

  pick(place) {
    const items = [...this.list.children];
    items.forEach((item, number) => item.setAttribute("aria-selected", number === place));
    if (items[place]) items[place].scrollIntoView({ block: "nearest" });
  }

  get picked() { return this.list.hidden ? null : this.list.querySelector("[aria-selected=true]"); }

  walk(by) {
    const items = [...this.list.children], at = items.indexOf(this.picked);
    this.pick(Math.max(0, Math.min(items.length - 1, at + by)));
  }

  checkSoon() {
    clearTimeout(this.timer);
    const { row, before } = this, code = this.column.code;
    this.timer = setTimeout(async () => {
      if (!this.editing) return;
      const text = this.area.value;
      const message = await this.checked({ record: row.id, code, text, before });
      if (this.editing && this.row === row && this.area.value === text) this.tell(message);
    }, 350);
  }

  tell(message) {
    this.note.textContent = message || "";
    this.note.hidden = !message;
    this.area.toggleAttribute("aria-invalid", Boolean(message));
    this.place();
  }

  cancel() { this.hide(); this.place(); this.focus(); }

  /** Take what was typed and go on to the next cell. */
  commit(down, right) {
    const picked = this.picked;
    const text = picked && this.column.kind !== "choices" ? picked.dataset.value : this.area.value;
    const change = { row: this.row, code: this.column.code, text, before: this.before };
    this.hide();
    this.done(change);
    if (down || right) this.selection.next(down, right);
    this.place();
    this.focus();
  }
}

function choice(value, note = "") {
  const item = Object.assign(document.createElement("li"), { textContent: value });
  item.dataset.value = value;
  item.setAttribute("role", "option");
  if (note) item.append(Object.assign(document.createElement("small"), { textContent: note }));
  return item;
}
