// Ctrl/⌘ K: find anything, go anywhere. Results come from the server; the places of the navigation are filtered here.
import { listen } from "../behaviours.js";

const palette = document.getElementById("palette");
const input = palette?.querySelector("input");

const options = () => [...palette.querySelectorAll('[role="option"]:not([hidden])')];

function select(option) {
  for (const one of palette.querySelectorAll('[aria-selected="true"]')) one.setAttribute("aria-selected", "false");
  option?.setAttribute("aria-selected", "true");
  option?.scrollIntoView({ block: "nearest" });
  if (option?.id) input.setAttribute("aria-activedescendant", option.id);
  else input.removeAttribute("aria-activedescendant");
}

function number() {
  options().forEach((option, index) => (option.id = `palette-${index}`));
  select(options()[0]);
  palette.querySelector("[data-none]").hidden = options().length > 0 || palette.querySelector("[data-nobody]") !== null;
}

function filter() {
  const asked = input.value.trim().toLowerCase();
  for (const place of palette.querySelectorAll("[data-place]")) place.hidden = asked !== "" && !place.textContent.toLowerCase().includes(asked);
  const places = palette.querySelector("[data-places]");
  places.hidden = !places.querySelector("[data-place]:not([hidden])");
}

export function openPalette() {
  if (!palette || palette.open) return;
  palette.showModal();
  input.select();
  filter();
  number();
  input.dispatchEvent(new Event("zhike:palette"));
}

if (palette) {
  input.addEventListener("input", () => {
    filter();
    number();
  });
  document.addEventListener("htmx:after:swap", (event) => {
    if (palette.contains(event.detail.ctx?.target)) number();
  });
  palette.addEventListener("keydown", (event) => {
    if (event.isComposing) return;
    const all = options();
    const at = all.findIndex((option) => option.getAttribute("aria-selected") === "true");
    if (event.key === "ArrowDown") select(all[(at + 1) % all.length]);
    else if (event.key === "ArrowUp") select(all.at(at < 1 ? -1 : at - 1));
    else if (event.key === "Enter") all[at]?.click();
    else return;
    event.preventDefault();
  });
  listen("click", "[data-palette]", openPalette);
  document.addEventListener("keydown", (event) => {
    if ((event.metaKey || event.ctrlKey) && !event.shiftKey && !event.altKey && event.key.toLowerCase() === "k") {
      event.preventDefault();
      openPalette();
    }
  });
}
