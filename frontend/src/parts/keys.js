// One-key shortcuts of lists and pages. They can be switched off in the dialog that `?` opens.
import { isTyping, listen } from "../behaviours.js";

const OFF = "zhike.keys";
const rows = () => [...document.querySelectorAll(".list tbody tr[data-key]")];
const active = () => document.querySelector(".list tbody tr[data-active]");

function move(by) {
  const all = rows();
  if (!all.length) return;
  const from = all.indexOf(active());
  const next = all[Math.min(all.length - 1, Math.max(0, from < 0 && by < 0 ? 0 : from + by))];
  active()?.removeAttribute("data-active");
  next.setAttribute("data-active", "");
  next.querySelector("a.name, a")?.focus({ preventScroll: true });
  next.scrollIntoView({ block: "nearest" });
}

const KEYS = {
  j: () => move(1),
  k: () => move(-1),
  ArrowDown: () => move(1),
  ArrowUp: () => move(-1),
  x: () => active()?.querySelector("input[name=pick]")?.click(),
  "/": () => document.querySelector("[data-search]")?.focus(),
  c: () => document.querySelector("[data-create]")?.click(),
  e: () => document.querySelector("[data-edit]")?.click(),
  "[": () => document.querySelector("a[rel=prev]")?.click(),
  "]": () => document.querySelector("a[rel=next]")?.click(),
  "?": () => document.getElementById("shortcuts")?.showModal(),
};

document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.metaKey || event.ctrlKey || event.altKey || event.isComposing) return;
  if (isTyping(event.target) || document.querySelector("dialog[open]") || localStorage.getItem(OFF)) return;
  const arrow = event.key.startsWith("Arrow");
  if (arrow && !(active() || event.target.closest?.(".list"))) return; // arrows scroll until a row is active
  const act = KEYS[event.key];
  if (!act) return;
  event.preventDefault();
  act();
});
listen("focusin", ".list tbody tr[data-key]", (_, row) => {
  if (active() !== row) active()?.removeAttribute("data-active");
});

listen("change", "[data-keys-switch]", (_, box) => (box.checked ? localStorage.removeItem(OFF) : localStorage.setItem(OFF, "off")));
for (const box of document.querySelectorAll("[data-keys-switch]")) box.checked = !localStorage.getItem(OFF);
