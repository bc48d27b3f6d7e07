// What others save meanwhile: asked for every few seconds while the page is looked at, and shown where it changed.

const EVERY = 3000;

export function watch({ facts, rows, view, saving, say, gone }) {
  let position = facts.position, stale = false;

  async function look() {
    if (document.hidden || saving.waiting) return;
    let found;
    try {
      const answer = await fetch(`${facts.urls.changes}?since=${position}`, { headers: { "HX-Request": "true" } });
      if (answer.headers.get("HX-Redirect")) { location.assign(answer.headers.get("HX-Redirect")); return; }
      if (!answer.ok) return;
      found = await answer.json();
    } catch (error) { gone(true); return; }
    gone(false);
    if (saving.waiting || found.position <= position) return;
    position = found.position;
    if (found.reload) { rows.forget(); view.plan(); return; }
    let fresh = 0;
    for (const row of found.rows) {
      const codes = rows.renew(row);
      if (codes === null) fresh++;
      else if (codes.length) view.flash(row.id, codes);
    }
    for (const id of found.gone) { const row = rows.byId(id); if (row) row.gone = true; }
    if (fresh && !stale) { stale = true; say("别人改动了这里没有列出的记录，刷新后可见", false, location.href, "刷新"); }
    view.plan();
  }

  setInterval(look, EVERY);
  document.addEventListener("visibilitychange", look);
  return look;
}
