// The files of a cell: looked at, added and taken away in a dialog, so that a cell of pictures is kept like any other.

export class Files {
  constructor(facts, rows, view, saving, say) {
    Object.assign(this, { facts, rows, view, saving, say, dialog: document.getElementById("grid-files") });
    this.list = this.dialog.querySelector("[data-files=list]");
    this.input = this.dialog.querySelector("input[type=file]");
    this.message = this.dialog.querySelector("[data-files=message]");
    this.dialog.querySelector("[data-files=save]").addEventListener("click", () => this.save());
  }

  /** Open the dialog for a cell; gives whether it is one of files. */
  open(row, place) {
    const column = this.rows.columns[place];
    if (column.kind !== "file" || !row) return false;
    Object.assign(this, { row, column });
    this.writes = Boolean(column.files) && !row.locked;
    this.kept = (Array.isArray(row.cells[place]) && row.cells[place][2]) || [];
    this.dialog.querySelector("h2").textContent = column.title;
    this.input.value = "";
    this.input.closest("label").hidden = this.dialog.querySelector("[data-files=save]").hidden = !this.writes;
    this.message.textContent = "";
    this.draw();
    this.dialog.showModal();
    return true;
  }

  draw() {
    const line = ([id, name, url, thumb]) => {
      const item = document.createElement("li"), link = Object.assign(document.createElement("a"), { href: url, target: "_blank" });
      if (thumb) link.append(Object.assign(document.createElement("img"), { src: thumb, alt: "" }));
      link.append(name);
      item.append(link);
      if (this.writes) {
        const button = Object.assign(document.createElement("button"), { type: "button", className: "btn btn-plain", textContent: "移除" });
        button.addEventListener("click", () => { this.kept = this.kept.filter((file) => file[0] !== id); this.draw(); });
        item.append(button);
      }
      return item;
    };
    this.list.replaceChildren(...this.kept.map(line));
  }

  async save() {
    const form = new FormData();
    form.append("record", this.row.id);
    form.append("version", this.row.v);
    form.append("code", this.column.code);
    this.kept.forEach(([id]) => form.append("keep", id));
    for (const file of this.input.files) form.append("file", file);
    try {
      const { rows } = await this.saving.post(this.facts.urls.files, form);
      rows.forEach((row) => this.rows.renew(row));
      this.dialog.close();
      this.say("已保存附件");
      this.view.plan();
    } catch (error) { this.message.textContent = error.message; }
  }
}
