// What the pages need beyond htmx: dialogs, uploads, keys, copying. No framework, no eval; everything hangs on data- attributes.
"use strict";
(() => {
  const byId = (id) => document.getElementById(id);
  const dialog = byId("dialog");

  // Toasts: from the server's messages, and from HX-Trigger {"toast": {"level", "text"}}
  function fade(toast) {
    if (!toast.classList.contains("danger") && !toast.classList.contains("error")) setTimeout(() => toast.remove(), 6000);
  }
  function say(text, level = "info") {
    const toast = byId("toast").content.firstElementChild.cloneNode(true);
    toast.classList.add(level);
    toast.firstElementChild.textContent = text;
    byId("toasts").append(toast);
    fade(toast);
  }
  document.querySelectorAll("[data-toast]").forEach(fade);
  document.body.addEventListener("toast", (event) => say(event.detail.text, event.detail.level));

  // htmx: open the dialog once it is filled; say what failed; ask before what cannot be undone
  document.body.addEventListener("htmx:afterSwap", (event) => {
    if (event.detail.target.id === "dialog-body") {
      if (!dialog.open) dialog.showModal();
      const first = dialog.querySelector(".fields input:not([type=hidden]):not([type=file]), .fields select, .fields textarea");
      if (first) first.focus();
    }
    renewExport();
  });
  // An error told in plain words is for a toast, never for the place it was asked for
  const inPlainWords = (xhr) => xhr.status >= 400 && (xhr.getResponseHeader("Content-Type") || "").startsWith("text/plain");
  document.body.addEventListener("htmx:beforeSwap", (event) => {
    if (!inPlainWords(event.detail.xhr)) return;
    event.detail.shouldSwap = false;
    say(event.detail.xhr.responseText, "danger");
  });
  document.body.addEventListener("htmx:responseError", (event) => {
    const status = event.detail.xhr.status;
    if (inPlainWords(event.detail.xhr)) return;
    say(status === 403 ? "没有办成：页面放得太久，或您没有这个权限。内容还在，请刷新后再试。" : status === 404 ? "找不到了，可能已被移走。" : `没有办成（${status}），内容还在，请稍后再试。`, "danger");
  });
  document.body.addEventListener("htmx:sendError", () => say("网络不通，内容还在，请检查网络后再试。", "danger"));
  document.body.addEventListener("htmx:confirm", (event) => {
    if (!event.detail.question) return;
    event.preventDefault();
    ask(event.detail.question, () => event.detail.issueRequest(true));
  });
  function ask(question, then) {
    const box = byId("ask");
    byId("ask-text").textContent = question;
    box.returnValue = "no";
    box.addEventListener("close", () => { if (box.returnValue === "yes") then(); }, { once: true });
    box.showModal();
  }
  // The export link follows the filter in the address
  function renewExport() {
    document.querySelectorAll("a[data-as-seen]").forEach((link) => {
      const query = new URLSearchParams(location.search);
      query.delete("page");
      link.search = query.toString();
    });
  }
  document.body.addEventListener("htmx:pushedIntoHistory", renewExport);

  // Clicks
  document.addEventListener("click", (event) => {
    const hit = (selector) => event.target.closest(selector);
    if (hit("[data-menu]")) {
      const open = document.body.classList.toggle("menu-open");
      document.querySelectorAll("[data-menu][aria-expanded]").forEach((button) => button.setAttribute("aria-expanded", open));
    }
    if (hit("[data-dismiss]")) hit("[data-toast]").remove();
    if (hit("[data-close]") && hit("dialog")) { event.preventDefault(); hit("dialog").close(); }
    if (event.target.tagName === "DIALOG" && event.target.id === "ask") event.target.close("no");
    if (hit("[data-open]")) byId(hit("[data-open]").dataset.open).showModal();
    if (hit("[data-print]")) window.print();
    if (hit("[data-unfold]")) hit("form").classList.toggle("open");
    if (hit("[data-copy]")) copy(hit("[data-copy]").dataset.copy);
    if (hit("[data-phrase]")) phrase(hit("[data-phrase]"));
    if (hit("[data-toggle]")) toggle(hit("[data-toggle]"));
    if (hit("[data-move]")) move(hit("[data-move]"));
    document.querySelectorAll("details[data-closes][open]").forEach((menu) => { if (!menu.contains(event.target)) menu.open = false; });
  });
  function toggle(button) {
    const part = byId(button.dataset.toggle);
    part.hidden = !part.hidden;
    button.setAttribute("aria-expanded", !part.hidden);
    if (!part.hidden) part.querySelector("input").focus();
  }
  // A line of a list is moved up or down past its neighbour
  function move(button) {
    const line = button.closest("li"), up = button.dataset.move === "-1";
    const other = up ? line.previousElementSibling : line.nextElementSibling;
    if (other) up ? other.before(line) : other.after(line);
    button.focus();
  }
  function phrase(button) {
    const area = byId(button.dataset.phrase);
    area.value = area.value ? `${area.value}${/[。；，]$/.test(area.value) ? "" : "；"}${button.textContent}` : button.textContent;
    area.dispatchEvent(new Event("input", { bubbles: true }));
    area.focus();
  }
  // An intranet page without https has no clipboard of its own
  async function copy(text) {
    if (navigator.clipboard && window.isSecureContext) await navigator.clipboard.writeText(text);
    else {
      const area = Object.assign(document.createElement("textarea"), { value: text });
      document.body.append(area);
      area.select();
      document.execCommand("copy");
      area.remove();
    }
    say(`已复制 ${text}`, "success");
  }

  // Uploads: drop on the zone, see what was chosen
  document.addEventListener("dragover", (event) => { const zone = event.target.closest("[data-drop]"); if (zone) zone.classList.add("over"); });
  ["dragleave", "drop"].forEach((kind) => document.addEventListener(kind, (event) => {
    const zone = event.target.closest && event.target.closest("[data-drop]");
    if (zone) zone.classList.remove("over");
  }));
  const inWords = (bytes) => (bytes < 1048576 ? `${Math.max(1, Math.round(bytes / 1024))} KB` : `${(bytes / 1048576).toFixed(1)} MB`);
  function showChosen(input) {
    const form = input.form;
    const list = form && form.querySelector(`[data-chosen="${CSS.escape(input.name)}"]`);
    if (!list) return;
    list.replaceChildren();
    form.querySelectorAll(`input[type=file][name="${CSS.escape(input.name)}"]`).forEach((source) => [...source.files].forEach((file) => {
      const line = document.createElement("li");
      if (/^image\/(png|jpeg|webp|gif)$/.test(file.type)) {
        const image = Object.assign(document.createElement("img"), { alt: "" });
        const reader = new FileReader();
        reader.onload = () => { image.src = reader.result; };
        reader.readAsDataURL(file);
        line.append(image);
      }
      const size = Object.assign(document.createElement("small"), { textContent: inWords(file.size) });
      line.append(file.name, size);
      list.append(line);
    }));
  }

  document.addEventListener("change", (event) => {
    if (event.target.type === "file") showChosen(event.target);
    if (event.target.dataset.reveal) reveal(event.target);
    if ("send" in event.target.dataset) event.target.form.requestSubmit();
    // A text field's own change comes when it is left, and would undo the click that left it
    if (event.target.matches("#filter select, #filter [type=date], .unit-pick")) event.target.form.dispatchEvent(new Event("pick"));
  });
  // A select with data-reveal shows the part whose data-when is the chosen value
  function reveal(select) {
    document.querySelectorAll(`[data-part="${CSS.escape(select.dataset.reveal)}"]`).forEach((part) => { part.hidden = part.dataset.when !== select.value; });
  }
  // A unit or person is typed by name and sent by id
  document.addEventListener("input", (event) => {
    const input = event.target;
    if (input.matches("#filter .live")) input.form.dispatchEvent(new Event("typing"));
    if (!input.dataset.pick) return;
    const option = [...input.list.options].find((item) => item.value === input.value);
    byId(input.dataset.pick).value = option ? option.dataset.id : "";
  });

  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (!form.dataset.confirm || form.dataset.sure) return;
    event.preventDefault();
    ask(form.dataset.confirm, () => { form.dataset.sure = "1"; form.requestSubmit(event.submitter); });
  });

  // Rows: j and k or the arrows walk, Enter opens (the focused link does that by itself)
  document.addEventListener("keydown", (event) => {
    if (event.altKey || event.ctrlKey || event.metaKey || /^(INPUT|TEXTAREA|SELECT)$/.test(event.target.tagName) || dialog.open) return;
    if (event.key === "/" && document.querySelector(".find input")) { event.preventDefault(); document.querySelector(".find input").focus(); return; }
    const walk = { j: 1, k: -1, ArrowDown: 1, ArrowUp: -1 }[event.key];
    const links = [...document.querySelectorAll("[data-rows] .row-link")];
    const at = links.indexOf(document.activeElement);
    if (!walk || !links.length || (at < 0 && event.key.startsWith("Arrow"))) return;
    event.preventDefault();
    links[Math.min(links.length - 1, Math.max(0, at + walk))].focus();
  });

  // On a phone the lit step may be out of sight
  document.querySelectorAll(".flow .now").forEach((step) => { step.parentElement.scrollLeft = step.offsetLeft - 48; });
  document.querySelectorAll("[data-reveal]").forEach(reveal);
})();
