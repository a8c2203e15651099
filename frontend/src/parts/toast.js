// Short messages at the foot of the page: from the server (HX-Trigger: zhike:toast, or django.contrib.messages) or a script.
import { behaviour, listen, say } from "../behaviours.js";

const SECONDS = { success: 5, info: 6, warning: 9, error: 12 };

function leave(element) {
  let timer = setTimeout(() => element.remove(), (SECONDS[element.dataset.level] ?? 6) * 1000);
  const hold = () => clearTimeout(timer);
  const release = () => (timer = setTimeout(() => element.remove(), 3000));
  element.addEventListener("pointerenter", hold);
  element.addEventListener("pointerleave", release);
  element.addEventListener("focusin", hold);
  element.addEventListener("focusout", release);
}

export function toast(message, level = "success") {
  const box = document.getElementById("toasts");
  if (!box || !message) return;
  const element = document.createElement("div");
  element.className = `toast toast-${level}`;
  element.dataset.level = level;
  element.append(message);
  const close = document.createElement("button");
  close.type = "button";
  close.setAttribute("aria-label", say("close"));
  close.textContent = "×";
  element.append(close);
  if (box.showPopover) {
    if (box.matches(":popover-open")) box.hidePopover(); // last shown is on top, also of an open dialog
    box.showPopover();
  }
  while (box.children.length > 2) box.firstElementChild.remove();
  box.append(element);
  leave(element);
}

behaviour("toasts", (box) => {
  if (box.children.length) box.showPopover?.();
  for (const element of box.children) leave(element);
});
listen("click", ".toast button", (_, button) => button.closest(".toast").remove());
document.addEventListener("zhike:toast", (event) => toast(event.detail.message ?? event.detail.value, event.detail.level));
