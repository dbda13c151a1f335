"use strict";
// Filters the page by verdict, category and words; opens everything for print. It reads nothing but this page.
(() => {
  const form = document.querySelector("form.filters");
  const documents = [...document.querySelectorAll("article.document")];
  const output = form.querySelector("output");

  const apply = () => {
    const verdicts = new Set([...form.querySelectorAll("[name=verdict]:checked")].map((box) => box.value));
    const category = form.elements.category.value;
    const words = form.elements.words.value.trim().toLowerCase();
    let shown = 0;
    for (const item of documents) {
      const findings = [...item.querySelectorAll(".finding")];
      for (const finding of findings) finding.hidden = category !== "" && finding.dataset.category !== category;
      const visible = verdicts.has(item.dataset.verdict)
        && (category === "" || findings.some((finding) => !finding.hidden))
        && (words === "" || item.textContent.toLowerCase().includes(words));
      item.hidden = !visible;
      if (visible) shown += 1;
    }
    output.textContent = `${shown} of ${documents.length}`;
  };

  form.addEventListener("input", apply);
  form.addEventListener("submit", (event) => event.preventDefault());
  addEventListener("beforeprint", () => document.querySelectorAll("details").forEach((item) => { item.open = true; }));
  apply();
})();
