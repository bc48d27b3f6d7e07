// Drafts of long forms (data-draft="key"). They live in this tab only, belong to one
// person, are gone when that person signs out, and never hold a password or a file.
"use strict";
(() => {
  const keyOf = (form) => `draft:${document.body.dataset.person}:${form.dataset.draft}`;
  const kept = (field) => field.name && !["password", "file", "hidden", "submit"].includes(field.type) && !field.dataset.pick;
  function drafts(root) {
    root.querySelectorAll("form[data-draft]").forEach((form) => {
      // What was refused stands in the form already; it is kept for whoever leaves and comes back
      if ("returned" in form.dataset) { keep(form); return; }
      const text = sessionStorage.getItem(keyOf(form));
      if (!text) return;
      const values = JSON.parse(text);
      [...form.elements].filter(kept).forEach((field) => {
        if (!(field.name in values)) return;
        if (field.type === "checkbox" || field.type === "radio") field.checked = values[field.name].includes(field.value);
        else field.value = values[field.name][0];
      });
      const note = form.querySelector("[data-draft-note]");
      if (note) note.textContent = "已恢复上次没有提交的内容";
    });
  }
  function keep(form) {
    const values = {};
    [...form.elements].filter(kept).forEach((field) => {
      values[field.name] ??= [];
      if (!["checkbox", "radio"].includes(field.type) || field.checked) values[field.name].push(field.value);
    });
    sessionStorage.setItem(keyOf(form), JSON.stringify(values));
  }
  document.addEventListener("input", (event) => {
    const form = event.target.form;
    if (!form || !form.dataset.draft) return;
    keep(form);
    const note = form.querySelector("[data-draft-note]");
    if (note) note.textContent = "已自动暂存";
  });
  document.addEventListener("submit", (event) => {
    if ("forget" in event.target.dataset) sessionStorage.clear();
    if (event.target.dataset.draft) sessionStorage.removeItem(keyOf(event.target));
  });
  document.body.addEventListener("htmx:afterSwap", (event) => drafts(event.detail.target));
  drafts(document);
})();
