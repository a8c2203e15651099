// Native dialogs. What htmx puts into #dialog opens; data-opens="id" opens another one; data-closes closes the one around it.
import { listen, say } from "../behaviours.js";

const dialog = document.getElementById("dialog");

function open(element) {
  if (!element.open) element.showModal();
  const first = element.querySelector('[aria-invalid="true"], [autofocus], .dialog-body :is(input:not([type=hidden]), select, textarea)');
  first?.focus();
}

// A form in the dialog may also stand on the page below it: its labels must not lead there.
function ownIds() {
  for (const element of dialog.querySelectorAll("[id]")) {
    const id = element.id;
    if (document.querySelectorAll(`#${CSS.escape(id)}`).length < 2) continue;
    element.id = `dialog-${id}`;
    for (const name of ["for", "aria-describedby", "aria-labelledby", "aria-controls"]) {
      for (const one of dialog.querySelectorAll(`[${name}~="${CSS.escape(id)}"]`)) {
        one.setAttribute(name, one.getAttribute(name).split(" ").map((word) => (word === id ? element.id : word)).join(" "));
      }
    }
  }
}

document.addEventListener("htmx:after:swap", (event) => {
  const target = event.detail.ctx?.target;
  if (!dialog || target !== dialog) return;
  ownIds();
  const asked = dialog.querySelector("[data-size]")?.dataset.size;
  dialog.classList.toggle("dialog-wide", asked === "wide");
  dialog.classList.toggle("dialog-small", asked === "small");
  if (dialog.textContent.trim()) open(dialog);
  else dialog.close();
});

document.addEventListener("zhike:close", () => dialog?.close());
dialog?.addEventListener("close", () => dialog.replaceChildren());

listen("click", "[data-opens]", (event, opener) => {
  event.preventDefault();
  open(document.getElementById(opener.dataset.opens));
});
// A changed form is not thrown away by a slip.
function leave(element) {
  const no = element.querySelector("button[value=no]");
  if (no) no.click();
  else if (!element.querySelector("form[data-changed]")) element.close();
  else confirmed(say("discard")).then((yes) => yes && element.close());
}

listen("click", "[data-closes]", (event, closer) => {
  event.preventDefault();
  leave(closer.closest("dialog"));
});
dialog?.addEventListener("cancel", (event) => {
  if (event.target !== dialog) return;
  event.preventDefault();
  leave(dialog);
});
// A press on the backdrop closes; a drag that merely ends there does not.
let pressed = null;
document.addEventListener("pointerdown", (event) => (pressed = event.target));
listen("click", "dialog", (event, element) => {
  if (event.target === element && pressed === element) leave(element);
});

// Ask before something that cannot be taken back.
export function confirmed(question, source) {
  const box = document.getElementById("confirm");
  box.querySelector("[data-question]").textContent = question;
  const button = box.querySelector("[value=yes]");
  button.textContent = source?.dataset.yes || button.dataset.yes;
  button.classList.toggle("btn-danger", Boolean(source?.matches(".btn-danger, .menu-item-danger")));
  button.classList.toggle("btn-primary", !button.classList.contains("btn-danger"));
  box.showModal();
  return new Promise((resolve) => {
    const settled = new AbortController();
    const settle = (yes) => {
      settled.abort();
      resolve(yes);
    };
    box.addEventListener("submit", (event) => settle(event.submitter?.value === "yes"), { signal: settled.signal });
    box.addEventListener("cancel", () => settle(false), { signal: settled.signal });
  });
}

// data-confirm on a button or form that posts without htmx.
const sure = new WeakSet();
document.addEventListener("submit", (event) => {
  const source = event.submitter?.dataset.confirm ? event.submitter : event.target;
  const question = source.dataset.confirm;
  if (!question || sure.has(event.target)) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  confirmed(question, source).then((yes) => {
    if (!yes) return;
    sure.add(event.target);
    event.target.requestSubmit(event.submitter);
    sure.delete(event.target);
  });
}, true);
