// The rows of a ledger, fetched in stretches as they are looked at and forgotten when there are too many.

const STRETCH = 200;
const KEPT = 60;

export class Rows {
  constructor(facts, say) {
    this.facts = facts;
    this.say = say;
    this.total = facts.total;
    this.stretches = new Map();
    this.places = new Map();
    this.asked = new Map();
    this.drafts = new Map();
    this.columns = facts.columns;
    this.column = new Map(facts.columns.map((column, place) => [column.code, place]));
    this.heard = () => {};
  }

  at(index) {
    const found = this.stretches.get(Math.floor(index / STRETCH));
    return found && found[index % STRETCH];
  }

  byId(id) {
    const index = this.places.get(id);
    return index === undefined ? undefined : this.at(index);
  }

  indexOf(id) { return this.places.get(id); }

  /** What a cell shows: a draft that is not saved yet, else the stored text. */
  shown(row, place) {
    const draft = this.drafts.get(key(row.id, this.columns[place].code));
    if (draft) return draft.text;
    const cell = row.cells[place];
    return Array.isArray(cell) ? cell[0] : cell;
  }

  /** What is copied, edited and compared: text that reads back as the same value. */
  stored(row, place) {
    const cell = row.cells[place];
    return Array.isArray(cell) && this.columns[place].code !== "light" ? cell[1] : Array.isArray(cell) ? cell[0] : cell;
  }

  text(row, place) {
    const draft = this.drafts.get(key(row.id, this.columns[place].code));
    return draft ? draft.text : this.stored(row, place);
  }

  draft(row, place) { return this.drafts.get(key(row.id, this.columns[place].code)); }

  setDraft(id, code, draft) {
    if (draft) this.drafts.set(key(id, code), { ...draft, id, code });
    else this.drafts.delete(key(id, code));
  }

  canEdit(row, place) { return Boolean(this.columns[place].edit && row && !row.locked && !row.gone); }

  /** Have a stretch of rows here. Several calls for one stretch ask once. */
  need(first, last) {
    const waits = [];
    for (let number = Math.floor(first / STRETCH); number <= Math.floor(Math.max(first, last) / STRETCH); number++) {
      if (number * STRETCH < this.total && !this.stretches.has(number)) waits.push(this.ask(number));
    }
    return waits.length ? Promise.all(waits) : null;
  }

  ask(number) {
    if (this.asked.has(number)) return this.asked.get(number);
    const query = new URLSearchParams(this.facts.query);
    query.set("start", number * STRETCH);
    query.set("count", STRETCH);
    const asking = fetch(`${this.facts.urls.rows}?${query}`, { headers: { Accept: "application/json" } })
      .then((answer) => (answer.ok ? answer.json() : Promise.reject(new Error(String(answer.status)))))
      .then((found) => { this.keep(number, found.rows); this.heard(); })
      .catch((error) => { this.say(`有几行没有取到（${error.message}），滚动一下会再取`, true); })
      .finally(() => this.asked.delete(number));
    this.asked.set(number, asking);
    return asking;
  }

  keep(number, rows) {
    this.stretches.set(number, rows);
    rows.forEach((row, place) => this.places.set(row.id, number * STRETCH + place));
    for (const old of this.stretches.keys()) {
      if (this.stretches.size <= KEPT) break;
      if (old === number) continue;
      this.stretches.get(old).forEach((row) => this.places.delete(row.id));
      this.stretches.delete(old);
    }
  }

  /** Put a row as it now stands in its place; gives the codes of the cells that changed, or null for a row not here. */
  renew(fresh) {
    const index = this.places.get(fresh.id);
    if (index === undefined) return null;
    const old = this.at(index);
    this.stretches.get(Math.floor(index / STRETCH))[index % STRETCH] = fresh;
    const same = (one, other) => JSON.stringify(one) === JSON.stringify(other);
    return this.columns.filter((_, place) => !same(old.cells[place], fresh.cells[place])).map((column) => column.code);
  }

  /** So many records more: where they stand is known only when they are fetched anew. */
  grow(count) {
    this.total += count;
    this.facts.total = this.total;
    this.forget();
  }

  forget() {
    this.stretches.clear();
    this.places.clear();
  }
}

export const key = (id, code) => `${id}:${code}`;
