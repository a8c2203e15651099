// Picking rows of a list: one, a range with shift, the page, or everything that matches; the bulk bar tells how many.
import { behaviour, say } from "../behaviours.js";

behaviour("pick", (frame) => {
  let last = null;
  const boxes = () => [...frame.querySelectorAll("tbody input[name=pick]")];
  const head = () => frame.querySelector("thead input[data-pick-all]");
  const bar = frame.querySelector("[data-bulk]");
  const every = frame.querySelector("input[name=every]");
  const offer = frame.querySelector("[data-every]");

  const count = () => {
    const all = boxes();
    const picked = all.filter((box) => box.checked).length;
    const whole = picked === all.length && picked > 0;
    if (!whole && every) every.value = "";
    if (head()) Object.assign(head(), { checked: whole, indeterminate: picked > 0 && !whole });
    frame.toggleAttribute("data-picking", picked > 0);
    if (!bar) return;
    bar.hidden = picked === 0;
    const total = Number(frame.dataset.total);
    bar.querySelector("[data-count]").textContent = say("picked", { count: (every?.value ? total : picked).toLocaleString() });
    if (offer) offer.hidden = !whole || Boolean(every.value) || total <= picked;
  };
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
    for (const box of boxes()) box.checked = false;
    count();
  });
  count();
});
