// Picking rows of a list: one, a range with shift, the page, or everything that matches; the bulk bar tells how many.
import { behaviour, say } from "../behaviours.js";

behaviour("pick", (frame) => {
  let last = null;
  const boxes = () => [...frame.querySelectorAll("tbody input[name=pick]")];
  const heads = () => frame.querySelectorAll("input[data-pick-all]");
  const start = frame.querySelector("[data-pick-start]"); // on a phone the boxes come when asked for
  const bar = frame.querySelector("[data-bulk]");
  const every = frame.querySelector("input[name=every]");
  const offer = frame.querySelector("[data-every]");

  const count = () => {
    const all = boxes();
    const picked = all.filter((box) => box.checked).length;
    const whole = picked === all.length && picked > 0;
    if (!whole && every) every.value = "";
    for (const head of heads()) Object.assign(head, { checked: whole, indeterminate: picked > 0 && !whole });
    frame.toggleAttribute("data-picking", picked > 0 || start?.getAttribute("aria-pressed") === "true");
    if (!bar) return;
    bar.hidden = picked === 0;
    const total = Number(frame.dataset.total);
    bar.querySelector("[data-count]").textContent = say("picked", { count: (every?.value ? total : picked).toLocaleString() });
    if (offer) offer.hidden = !whole || Boolean(every.value) || total <= picked;
  };
  const phone = () => start?.checkVisibility() && frame.hasAttribute("data-picking");
  frame.addEventListener(
    "click",
    (event) => {
      const row = phone() && event.target.closest("tbody tr[data-key]");
      if (!row || event.target.closest("input[name=pick]")) return;
      event.preventDefault(); // while picking a tap picks, and opens nothing
      event.stopPropagation();
      row.querySelector("input[name=pick]")?.click();
    },
    true,
  );
  start?.addEventListener("click", () => {
    const on = start.getAttribute("aria-pressed") !== "true";
    start.setAttribute("aria-pressed", String(on));
    if (!on) for (const box of boxes()) box.checked = false;
    count();
  });
  frame.addEventListener("click", (event) => {
    const box = event.target.closest("input[name=pick]");
    if (!box) return;
    if (event.shiftKey && last?.isConnected) {
      const all = boxes();
      const [from, to] = [all.indexOf(last), all.indexOf(box)].sort((a, b) => a - b);
      for (const one of all.slice(from, to + 1)) one.checked = box.checked;
    }
    last = box;
  });
  frame.addEventListener("change", (event) => {
    if (event.target.matches("[data-pick-all]")) for (const box of boxes()) box.checked = event.target.checked;
    count();
  });
  offer?.addEventListener("click", () => {
    every.value = "1";
    count();
  });
  frame.querySelector("[data-unpick]")?.addEventListener("click", () => {
    start?.setAttribute("aria-pressed", "false");
    for (const box of boxes()) box.checked = false;
    count();
  });
  count();
});
