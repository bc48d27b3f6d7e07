// The keyboard: all that can be done with the pointer can be done from here.

const ARROWS = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };

export function listen({ rows, selection, view, editor, saving, clipboard, settle }) {
  function whileEditing(event) {
    if (event.isComposing) return false;
    if (!editor.list.hidden && (event.key === "ArrowDown" || event.key === "ArrowUp")) { editor.walk(event.key === "ArrowDown" ? 1 : -1); return true; }
    if (event.key === "Enter" && event.altKey) { editor.area.setRangeText("\n", editor.area.selectionStart, editor.area.selectionEnd, "end"); editor.grow(); return true; }
    if (event.key === "Enter") { editor.commit(event.shiftKey ? -1 : 1, 0); return true; }
    if (event.key === "Tab") { editor.commit(0, event.shiftKey ? -1 : 1); return true; }
    if (event.key === "Escape") { editor.cancel(); return true; }
    return false;
  }

  function shortcut(event) {
    const name = event.key.toLowerCase();
    if (name === "z") { event.shiftKey ? saving.redo() : saving.undo(); return true; }
    if (name === "y") { saving.redo(); return true; }
    if (name === "d") { clipboard.fill(); return true; }
    if (name === "a") { selection.span(0, 0, rows.total - 1, rows.columns.length - 1); return true; }
    if (event.key === "Home") { selection.go(0, 0, event.shiftKey); return true; }
    if (event.key === "End") { selection.go(rows.total - 1, rows.columns.length - 1, event.shiftKey); return true; }
    if (event.key === " ") { const { left, right } = selection.block; selection.span(0, left, rows.total - 1, right); return true; }
    const arrow = ARROWS[event.key];
    if (arrow) selection.leap(...arrow, event.shiftKey);
    return Boolean(arrow);
  }

  function plain(event) {
    const { row, column } = selection.head, stretch = event.shiftKey;
    const moves = {
      Tab: () => selection.next(0, stretch ? -1 : 1),
      Home: () => selection.go(row, 0, stretch),
      End: () => selection.go(row, rows.columns.length - 1, stretch),
      PageUp: () => selection.go(row - view.page, column, stretch),
      PageDown: () => selection.go(row + view.page, column, stretch),
      F2: () => editor.begin(),
      Delete: () => clipboard.clear(),
      Backspace: () => clipboard.clear(),
      Enter: () => { if (!settle()) stretch ? selection.next(-1, 0) : editor.begin(); },
      " ": () => { if (!stretch) return false; selection.span(selection.block.top, 0, selection.block.bottom, rows.columns.length - 1); return true; },
    };
    if (ARROWS[event.key]) { selection.step(...ARROWS[event.key], stretch); return true; }
    return event.key in moves ? moves[event.key]() !== false : false;
  }

  editor.area.addEventListener("keydown", (event) => {
    if (!rows.total || event.isComposing) return;
    const taken = editor.editing ? whileEditing(event) : event.ctrlKey || event.metaKey ? shortcut(event) : !event.altKey && plain(event);
    if (taken) event.preventDefault();
    event.stopPropagation();
  });
}
