// Theme, navigation drawer, and going back.
import { behaviour, listen } from "../behaviours.js";

const root = document.documentElement;
const YEAR = 31_536_000;

listen("click", "[data-theme-choice]", (_, button) => {
  const theme = button.dataset.themeChoice;
  if (theme) root.dataset.theme = theme;
  else delete root.dataset.theme;
  document.cookie = `zhike_theme=${theme};path=/;max-age=${theme ? YEAR : 0};samesite=lax${location.protocol === "https:" ? ";secure" : ""}`;
  for (const one of document.querySelectorAll("[data-theme-choice]")) one.setAttribute("aria-pressed", String(one.dataset.themeChoice === theme));
  document.dispatchEvent(new Event("zhike:theme"));
});
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => document.dispatchEvent(new Event("zhike:theme")));

function drawer(open) {
  document.body.toggleAttribute("data-nav-open", open);
  if (open) document.body.dataset.nav = "open";
  else delete document.body.dataset.nav;
  for (const button of document.querySelectorAll("[data-nav-toggle]")) button.setAttribute("aria-expanded", String(open));
  if (open) document.querySelector(".side a, .side button")?.focus();
}
listen("click", "[data-nav-toggle]", () => drawer(document.body.dataset.nav !== "open"));
listen("click", ".veil", () => drawer(false));
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && document.body.dataset.nav === "open") drawer(false);
});

// What scrolls and holds nothing to tab to is reached by the keyboard itself.
const reach = new ResizeObserver((entries) => {
  for (const { target } of entries) {
    const scrolls = target.scrollWidth > target.clientWidth || target.scrollHeight > target.clientHeight;
    const held = target.querySelector("a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex='0']");
    if (scrolls && !held) target.tabIndex = 0;
    else if (target.tabIndex === 0) target.tabIndex = -1;
  }
});
for (const frame of document.querySelectorAll(".page-body, .overflow-x-auto, .list-scroll:not([tabindex])")) reach.observe(frame);

// A tab that is current but scrolled away is brought into sight.
behaviour("tabs", (tabs) => {
  const current = tabs.querySelector("[aria-current]");
  if (current) tabs.scrollLeft = current.offsetLeft - (tabs.clientWidth - current.offsetWidth) / 2;
});
listen("click", "[data-print]", () => print());
