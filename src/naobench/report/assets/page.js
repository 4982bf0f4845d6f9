"use strict";
// Filters only: without scripts everything is shown. Nothing here writes markup.
(() => {
  const byId = (id) => document.getElementById(id);
  const names = ["case", "family", "verdict"];
  const selects = names.map((name) => byId("filter-" + name));
  const text = byId("filter-text");
  const count = byId("filter-count");
  const episodes = [...document.querySelectorAll("details.episode")];
  const sections = [...document.querySelectorAll("section[data-case]")];

  function apply() {
    const wanted = text.value.trim().toLowerCase();
    let shown = 0;
    for (const episode of episodes) {
      const fits =
        names.every((name, i) => !selects[i].value || episode.dataset[name] === selects[i].value) &&
        (!wanted || episode.textContent.toLowerCase().includes(wanted));
      episode.hidden = !fits;
      shown += fits;
    }
    const narrowed = shown < episodes.length;
    for (const section of sections) {
      section.hidden = !section.querySelector("details.episode:not([hidden])");
      if (narrowed) section.querySelector("details.list").open = true;
    }
    count.textContent = shown + " / " + episodes.length;
  }

  function open() {
    const target = location.hash && byId(location.hash.slice(1));
    let box = target && target.closest("details");
    if (!box) return;
    for (; box; box = box.parentElement.closest("details")) box.open = true;
    target.closest("details").scrollIntoView({ block: "start" });
  }

  if ((navigator.language || "").toLowerCase().startsWith("zh")) byId("zh").checked = true;
  byId("filters").hidden = false;
  for (const control of [...selects, text]) control.addEventListener("input", apply);
  window.addEventListener("hashchange", open);
  apply();
  open();
})();
