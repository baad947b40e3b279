"use strict";
(function () {
  const form = document.getElementById("filters");
  const status = document.getElementById("shown");
  const articles = Array.from(document.querySelectorAll("article"));
  const names = ["region", "year", "measure"];
  const chosen = () => names.map((name) => [name, form.elements[name].value]).filter((pair) => pair[1] !== "");
  const fits = (element, wanted) =>
    wanted.every(([name, value]) => (element.dataset[name] || "").split(" ").includes(value));

  function apply() {
    const wanted = chosen();
    let charts = 0;
    let total = 0;
    for (const article of articles) {
      const rows = Array.from(article.querySelectorAll("tbody tr"));
      let some = 0;
      for (const row of rows) {
        row.hidden = !fits(row, wanted);
        some += row.hidden ? 0 : 1;
      }
      article.hidden = wanted.length > 0 && some === 0;
      charts += article.hidden ? 0 : 1;
      total += some;
      const details = article.querySelector("details");
      if (details) details.open = wanted.length > 0 && some > 0;
    }
    for (const section of document.querySelectorAll("section[data-charts]")) {
      section.hidden = !section.querySelector("article:not([hidden])");
    }
    for (const item of document.querySelectorAll("nav li[data-chart]")) {
      item.hidden = document.getElementById(item.dataset.chart).hidden;
    }
    status.textContent = wanted.length === 0
      ? "All charts and all rows are shown."
      : charts + " of " + articles.length + " charts have such figures; " + total +
        " rows of their tables are shown. The drawings stay whole.";
  }

  form.addEventListener("change", apply);
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("reset", () => setTimeout(apply, 0));
  let closed = [];
  window.addEventListener("beforeprint", () => {
    closed = Array.from(document.querySelectorAll("details:not([open])"));
    for (const details of closed) details.open = true;
  });
  window.addEventListener("afterprint", () => {
    for (const details of closed) details.open = false;
  });
  document.getElementById("filter-box").hidden = false;
  apply();
})();
