// A position from the device itself (data-locate="id of the input"). It goes nowhere but into that input; sending is up to the person.
"use strict";
(() => {
  const can = () => window.isSecureContext && "geolocation" in navigator;
  function offer(root) {
    if (can()) root.querySelectorAll("[data-locate]").forEach((button) => { button.hidden = false; });
  }
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-locate]");
    if (!button) return;
    const word = button.querySelector("span");
    button.disabled = true;
    word.textContent = "正在定位…";
    const done = (text) => { button.disabled = false; word.textContent = text; };
    navigator.geolocation.getCurrentPosition((at) => {
      const input = document.getElementById(button.dataset.locate);
      input.value = `${at.coords.longitude.toFixed(6)},${at.coords.latitude.toFixed(6)}`;
      input.dispatchEvent(new Event("input", { bubbles: true }));
      done(`已定位（误差约 ${Math.round(at.coords.accuracy)} 米）`);
    }, () => done("没有定到，请手填"), { enableHighAccuracy: true, timeout: 15000, maximumAge: 60000 });
  });
  document.body.addEventListener("htmx:afterSwap", (event) => offer(event.detail.target));
  offer(document);
})();
