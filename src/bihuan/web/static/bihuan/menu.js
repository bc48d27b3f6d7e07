// The menu of many ledgers: finding one by a part of its name, and those that were opened last on this computer.
"use strict";
(() => {
  const menu = document.getElementById("menu");
  const find = menu && menu.querySelector("[data-menu-find]");
  if (!find) return;
  const links = [...menu.querySelectorAll("a[data-ledger]")];
  const shelves = [...menu.querySelectorAll("details[data-shelf]")];
  const none = menu.querySelector("[data-menu-none]");
  const recent = menu.querySelector("[data-menu-recent]");
  const open = new Set(shelves.filter((shelf) => shelf.open));
  const key = `recent:${document.body.dataset.person}`;
  const most = 5;

  function remembered() {
    try { return JSON.parse(localStorage.getItem(key)) || []; } catch { return []; }
  }

  // Only what stands in the menu is shown, so that nobody is led where they may not go any more
  function showRecent() {
    const here = links.find((link) => location.pathname.startsWith(link.getAttribute("href")));
    const known = remembered();
    const kept = here ? [here.getAttribute("href"), ...known.filter((url) => url !== here.getAttribute("href"))].slice(0, most + 1) : known;
    localStorage.setItem(key, JSON.stringify(kept));
    const others = kept.map((url) => links.find((link) => link.getAttribute("href") === url)).filter((link) => link && link !== here);
    for (const link of others.slice(0, most)) recent.append(link.cloneNode(true));
    recent.hidden = !others.length;
  }

  function narrow() {
    const words = find.value.trim().toLowerCase().split(/\s+/).filter(Boolean);
    const meant = (link) => words.every((word) => `${link.textContent} ${link.parentElement.querySelector("summary").textContent}`.toLowerCase().includes(word));
    for (const link of links) link.hidden = words.length > 0 && !meant(link);
    for (const shelf of shelves) {
      shelf.hidden = words.length > 0 && ![...shelf.querySelectorAll("a")].some((link) => !link.hidden);
      shelf.open = words.length > 0 ? !shelf.hidden : open.has(shelf);
    }
    none.hidden = shelves.some((shelf) => !shelf.hidden);
    recent.hidden = words.length > 0 || !recent.querySelector("a");
  }

  find.addEventListener("input", narrow);
  find.addEventListener("keydown", (event) => {
    const first = links.find((link) => !link.hidden);
    if (event.key === "Enter" && find.value.trim() && first) first.click();
    if (event.key === "Escape") { find.value = ""; narrow(); }
  });
  showRecent();
  const current = menu.querySelector("a[data-ledger][aria-current]");
  if (current) current.scrollIntoView({ block: "nearest" });
})();
