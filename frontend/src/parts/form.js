// Forms: sent once, guarded while changed, the first error in focus.
import { behaviour, listen } from "../behaviours.js";

behaviour("form", (form) => {
  const before = () => JSON.stringify([...new FormData(form)].filter(([, value]) => typeof value === "string"));
  const clean = before();
  form.addEventListener("input", () => form.toggleAttribute("data-changed", before() !== clean));
  form.addEventListener("change", () => form.toggleAttribute("data-changed", before() !== clean));
  const wrong = form.querySelector('[aria-invalid="true"]');
  if (!wrong) return;
  wrong.focus();
  form.setAttribute("data-changed", ""); // it came back: what was typed is not saved yet
});

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (event.defaultPrevented && !form.matches("[hx-post]")) return;
  form.removeAttribute("data-changed");
  if (form.method !== "post" || form.matches("[hx-post], [hx-get]") || form.target === "_blank") return;
  if (form.dataset.sent) return event.preventDefault();
  form.dataset.sent = "1";
  setTimeout(() => event.submitter?.setAttribute("aria-busy", "true"));
});
addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
  for (const button of document.querySelectorAll("form [aria-busy]")) button.removeAttribute("aria-busy");
});
document.addEventListener("htmx:before:request", (event) => event.detail.ctx.request.submitter?.setAttribute("aria-busy", "true"));
document.addEventListener("htmx:finally:request", (event) => event.detail.ctx.request.submitter?.removeAttribute("aria-busy"));

addEventListener("beforeunload", (event) => {
  if (document.querySelector("form[data-guard][data-changed]")) event.preventDefault();
});
document.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && (event.metaKey || event.ctrlKey)) event.target.closest?.("form")?.requestSubmit();
});
// A filter applies as soon as it is chosen.
listen("change", "form[data-auto] :is(select, input[type=checkbox], input[type=radio], input[type=date])", (_, control) => control.form.requestSubmit());
