// What htmx needs to know about this product: the CSRF token, what errors look like, where redirects lead.
import htmx from "htmx.org";
import { say } from "./behaviours.js";
import { confirmed } from "./parts/dialog.js";
import { toast } from "./parts/toast.js";

const token = () => document.querySelector('meta[name="csrf-token"]')?.content;
let waiting = 0;

function load(by) {
  waiting = Math.max(0, waiting + by);
  document.documentElement.toggleAttribute("data-loading", waiting > 0);
}

document.addEventListener("htmx:config:request", (event) => {
  const { request } = event.detail.ctx;
  if (!/^(GET|HEAD)$/.test(request.method) && token()) request.headers["X-CSRFToken"] = token();
});

// What loads by itself after the page, such as the number beside a link, moves no bar.
const quiet = (event) => event.detail?.ctx?.sourceElement?.hasAttribute("data-quiet");
document.addEventListener("htmx:before:request", (event) => quiet(event) || load(1));
document.addEventListener("htmx:finally:request", (event) => quiet(event) || load(-1));

// A refusal is a page with a sentence: the sentence is shown, the page is left alone. 422 is a form with its errors.
function refusal(ctx) {
  const page = new DOMParser().parseFromString(ctx.text ?? "", "text/html");
  return page.querySelector("[data-refusal]")?.textContent.trim() || say(ctx.response.status >= 500 ? "failed" : "refused");
}

document.addEventListener("htmx:before:swap", (event) => {
  const { ctx } = event.detail;
  if (!ctx?.response?.raw) return;
  if (quiet(event)) {
    // Nobody asked for it: where it is refused, or something comes first, the page stays as it is.
    if (ctx.response.raw.redirected || ctx.response.status >= 400) event.preventDefault();
  } else if (ctx.response.raw.redirected) {
    event.preventDefault(); // a saved form answers with a redirect, a lost session with the way to sign in
    if (/<html[^>]* data-door/.test(ctx.text)) location.reload();
    else location.assign(ctx.response.raw.url);
  } else if (ctx.response.status >= 400 && ctx.response.status !== 422) {
    event.preventDefault();
    toast(refusal(ctx), "error");
  }
});

// A list that is sorted or paged is a new list: the focus stays on the same heading or arrow, and the new place is spoken.
let focused = null;

function marker(element) {
  if (element.id) return `#${CSS.escape(element.id)}`;
  if (element.rel) return `a[rel="${element.rel}"]`;
  const heading = element.closest("th");
  return heading && `thead th:nth-child(${heading.cellIndex + 1}) a`;
}

document.addEventListener("htmx:before:swap", (event) => {
  const { target } = event.detail.ctx ?? {};
  const active = document.activeElement;
  focused = target?.classList?.contains("list-frame") && target.contains(active) ? [`#${CSS.escape(target.id)}`, marker(active)] : null;
});
document.addEventListener("htmx:after:swap", (event) => {
  const frame = document.getElementById(event.detail.ctx?.target?.id ?? "");
  if (!frame?.classList.contains("list-frame")) return;
  if (focused?.[1]) document.querySelector(`${focused[0]} ${focused[1]}`)?.focus({ preventScroll: true });
  document.getElementById("spoken").textContent = frame.querySelector(".list-foot span, .empty b")?.textContent ?? "";
});

document.addEventListener("htmx:error", (event) => {
  if (event.detail.error?.name !== "AbortError") toast(say("offline"), "error");
});

document.addEventListener("htmx:confirm", (event) => {
  const { ctx, issueRequest, dropRequest } = event.detail;
  if (!ctx.confirm) return;
  event.preventDefault();
  confirmed(ctx.confirm, ctx.sourceElement).then((yes) => (yes ? issueRequest() : dropRequest()));
});

window.htmx = htmx;
