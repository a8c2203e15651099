// A behaviour is a function that is given each element marked data-does="its name", once, also after htmx put it there.
const known = new Map();
const done = new WeakMap();

export function behaviour(name, mount) {
  known.set(name, mount);
}

export function hydrate(root) {
  for (const element of root.querySelectorAll("[data-does]")) {
    const had = done.get(element) ?? new Set();
    for (const name of element.dataset.does.split(" ")) {
      if (had.has(name)) continue;
      had.add(name);
      known.get(name)?.(element);
    }
    done.set(element, had);
  }
}

export function start() {
  hydrate(document);
  document.addEventListener("htmx:after:swap", () => hydrate(document));
}

// The few sentences that scripts say, in the page's language: <script type="application/json" id="words">.
const words = JSON.parse(document.getElementById("words")?.textContent ?? "{}");

export function say(key, values = {}) {
  return (words[key] ?? key).replace(/\{(\w+)\}/g, (_, name) => values[name] ?? "");
}

export function listen(type, selector, handle) {
  document.addEventListener(type, (event) => {
    const element = event.target instanceof Element ? event.target.closest(selector) : null;
    if (element) handle(event, element);
  });
}

export function isTyping(element) {
  return element instanceof HTMLElement && (element.isContentEditable || element.matches("input:not([type=checkbox], [type=radio], [type=button]), textarea, select"));
}
