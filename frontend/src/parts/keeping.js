// A long form that keeps itself as a draft: now and then while it is written, and when the phone is put away.
import { behaviour } from "../behaviours.js";

behaviour("keeping", (form) => {
  const told = form.querySelector("[data-kept]");
  let sending = false;
  const keep = async (later) => {
    if (sending || form.dataset.sent || form.dataset.refused || !form.hasAttribute("data-changed")) return;
    const body = new FormData(form);
    body.set("keep", "quiet");
    sending = true;
    form.removeAttribute("data-changed");
    try {
      const answer = await fetch(form.action, { method: "POST", body, keepalive: later, redirect: "error" });
      if (answer.status === 409) form.dataset.refused = "1";
      if (!answer.ok) form.setAttribute("data-changed", "");
      if (answer.ok || answer.status === 409) told.textContent = await answer.text();
    } catch {
      form.setAttribute("data-changed", ""); // no network, or signed out: what was typed is still here
    }
    sending = false;
  };
  const timer = setInterval(() => (form.isConnected ? keep(false) : clearInterval(timer)), 20_000);
  document.addEventListener("visibilitychange", () => document.hidden && form.isConnected && keep(true));
});
