// A field that takes a record: type any part of its name, choose, and its code stands in the field.
import { behaviour } from "../behaviours.js";

const PAUSE = 150;
let numbers = 0;

behaviour("picker", (picker) => {
  const input = picker.querySelector("input");
  const list = picker.querySelector('[role="listbox"]');
  list.id = `picker-${(numbers += 1)}`;
  input.setAttribute("aria-controls", list.id);
  let timer = 0;
  let asked = null;

  const options = () => [...list.children];
  const close = () => {
    list.hidden = true;
    input.setAttribute("aria-expanded", "false");
    input.removeAttribute("aria-activedescendant");
  };
  const mark = (option) => {
    for (const one of options()) one.setAttribute("aria-selected", String(one === option));
    option?.scrollIntoView({ block: "nearest" });
    if (option) input.setAttribute("aria-activedescendant", option.id);
  };
  const choose = (option) => {
    input.value = option.dataset.value;
    input.title = option.textContent.trim();
    input.dispatchEvent(new Event("change", { bubbles: true }));
    close();
  };
  const search = async () => {
    asked?.abort();
    asked = new AbortController();
    try {
      const answer = await fetch(`/search/palette/?q=${encodeURIComponent(input.value)}`, { headers: { "HX-Request": "true" }, signal: asked.signal });
      const page = new DOMParser().parseFromString(answer.ok ? await answer.text() : "", "text/html");
      const found = [...page.querySelectorAll(`[data-noun="${input.dataset.noun}"]`)];
      list.replaceChildren(...found.map((hit, index) => {
        hit.removeAttribute("href");
        hit.id = `${list.id}-${index}`;
        return document.adoptNode(hit);
      }));
      list.hidden = found.length === 0;
      input.setAttribute("aria-expanded", String(found.length > 0));
      mark(options()[0]);
    } catch (error) {
      if (error.name !== "AbortError") close();
    }
  };

  input.addEventListener("input", () => {
    clearTimeout(timer);
    if (input.value.trim()) timer = setTimeout(search, PAUSE);
    else close();
  });
  input.addEventListener("keydown", (event) => {
    if (list.hidden || event.isComposing) return;
    const all = options();
    const at = all.findIndex((option) => option.getAttribute("aria-selected") === "true");
    if (event.key === "ArrowDown") mark(all[(at + 1) % all.length]);
    else if (event.key === "ArrowUp") mark(all.at(at < 1 ? -1 : at - 1));
    else if (event.key === "Enter" && all[at]) choose(all[at]);
    else if (event.key === "Escape") close();
    else return;
    event.preventDefault();
    event.stopPropagation();
  });
  list.addEventListener("pointerdown", (event) => event.preventDefault()); // keeps the focus in the field
  list.addEventListener("click", (event) => {
    const option = event.target.closest('[role="option"]');
    if (option) choose(option);
  });
  input.addEventListener("blur", close);
});
