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

document.addEventListener("htmx:before:request", () => load(1));
document.addEventListener("htmx:finally:request", () => load(-1));

// A refusal is a page with a sentence: the sentence is shown, the page is left alone. 422 is a form with its errors.
function refusal(ctx) {
  const page = new DOMParser().parseFromString(ctx.text ?? "", "text/html");
  return page.querySelector("[data-refusal]")?.textContent.trim() || say(ctx.response.status >= 500 ? "failed" : "refused");
}

document.addEventListener("htmx:before:swap", (event) => {
  const { ctx } = event.detail;
  if (!ctx?.response?.raw) return;
  if (ctx.response.raw.redirected) {
    event.preventDefault(); // a saved form answers with a redirect, a lost session with the way to sign in
    if (/<html[^>]* data-door/.test(ctx.text)) location.reload();
    else location.assign(ctx.response.raw.url);
  } else if (ctx.response.status >= 400 && ctx.response.status !== 422) {
    event.preventDefault();
    toast(refusal(ctx), "error");
  }
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
