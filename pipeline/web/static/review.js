// Keys, the reasons' panel and dropped files. Everything works without it, by buttons and links.
"use strict";

const SETTING = "sharelight-keys";
const keysOn = () => localStorage.getItem(SETTING) !== "off";
const inField = (element) => element.closest("input:not([type=radio]):not([type=checkbox]), textarea, select, [contenteditable]") !== null;
const reasons = () => document.getElementById("reasons");

function openReasons(button, open) {
  const panel = reasons();
  if (!panel) return;
  panel.classList.toggle("closed", !open);
  button.setAttribute("aria-expanded", String(open));
}

function prepare() {
  const setting = document.getElementById("keys-on");
  if (setting) setting.checked = keysOn();
}

function press(key) {
  const panel = reasons();
  const open = panel !== null && !panel.classList.contains("closed");
  if (key === "Escape" && open) return openReasons(document.querySelector("[data-opens=reasons]"), false), true;
  if (/^[1-9]$/.test(key)) {
    const scope = open ? panel : document.querySelector(".decide fieldset");
    const chosen = scope && scope.querySelector(`[data-digit="${key}"]`);
    if (!chosen) return false;
    const details = chosen.closest("details");
    if (details) details.open = true;
    chosen.click();
    return true;
  }
  const target = document.querySelector(`[data-key="${CSS.escape(key)}"]`);
  if (!target) return false;
  if (target.matches("input, textarea")) target.focus();
  else target.click();
  return true;
}

document.addEventListener("keydown", (event) => {
  if (event.isComposing || event.defaultPrevented || event.altKey || event.metaKey) return;
  if (event.ctrlKey) {
    const asks = event.key === "Enter" && document.querySelector('[data-key="Ctrl+Enter"]');
    if (asks) asks.click(), event.preventDefault();
    return;
  }
  if (inField(event.target)) {
    if (event.key === "Escape") event.target.blur();
    return;
  }
  if (!keysOn() || document.querySelector("dialog[open]") || event.key === "Enter" || event.key === " " || event.key === "Backspace") return;
  if (leaving) waiting.push(event.key), event.preventDefault();
  else if (press(event.key)) event.preventDefault();
});

// What is pressed while the next page is on its way is meant for that page.
let leaving = false;
const waiting = [];
document.addEventListener("htmx:beforeRequest", (event) => { if (event.detail.boosted) leaving = true; });
for (const name of ["htmx:afterSettle", "htmx:sendError", "htmx:swapError", "htmx:timeout"]) {
  document.addEventListener(name, () => {
    leaving = false;
    prepare();
    while (waiting.length && !leaving) press(waiting.shift());
  });
}

document.addEventListener("click", (event) => {
  const opener = event.target.closest("[data-opens=reasons]");
  if (opener) openReasons(opener, reasons().classList.contains("closed"));
  const dialog = event.target.closest("[data-dialog]");
  if (dialog) document.getElementById(dialog.dataset.dialog).showModal();
});

document.addEventListener("change", (event) => {
  if (event.target.id === "keys-on") localStorage.setItem(SETTING, event.target.checked ? "on" : "off");
});

for (const [name, over] of [["dragover", true], ["dragleave", false], ["drop", false]]) {
  document.addEventListener(name, (event) => {
    const zone = event.target.closest && event.target.closest("#drop");
    if (!zone) return;
    event.preventDefault();
    zone.classList.toggle("over", over);
    if (name === "drop" && event.dataTransfer.files.length) zone.querySelector("input[type=file]").files = event.dataTransfer.files;
  });
}

document.addEventListener("DOMContentLoaded", prepare);
