// <details class="menu">: closes on Escape, on a press outside and after a choice; arrows walk through its items.
import { listen } from "../behaviours.js";

const items = (menu) => [...menu.querySelectorAll(".menu-item")];

document.addEventListener("pointerdown", (event) => {
  for (const menu of document.querySelectorAll("details.menu[open]")) if (!menu.contains(event.target)) menu.open = false;
});
document.addEventListener("keydown", (event) => {
  const menu = event.target instanceof Element && event.target.closest("details.menu[open]");
  if (!menu) return;
  if (event.key === "Escape") {
    menu.open = false;
    menu.querySelector("summary").focus();
    event.preventDefault();
  } else if (event.key === "ArrowDown" || event.key === "ArrowUp") {
    event.preventDefault();
    event.stopPropagation();
    const all = items(menu);
    const at = all.indexOf(document.activeElement);
    all.at((at + (event.key === "ArrowDown" ? 1 : at < 0 ? 0 : -1) + all.length) % all.length)?.focus();
  }
});
listen("click", ".menu-item:not([data-stays])", (_, item) => {
  const menu = item.closest("details.menu");
  if (menu) menu.open = false;
});
