// On a phone one part of a record page shows at a time; an address that names something shows the part that holds it.
import { behaviour } from "../behaviours.js";

behaviour("panes", (page) => {
  const buttons = [...page.querySelectorAll("[data-shows]")];
  const show = (name) => {
    page.dataset.pane = name;
    for (const button of buttons) button.setAttribute("aria-pressed", String(button.dataset.shows === name));
  };
  for (const button of buttons) button.addEventListener("click", () => show(button.dataset.shows));
  const named = location.hash && document.getElementById(location.hash.slice(1));
  const part = named && page.contains(named) && /archive-(\w+)/.exec(named.closest("section")?.className ?? "");
  if (part) {
    show(part[1]);
    named.scrollIntoView();
  }
});
