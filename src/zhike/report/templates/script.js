"use strict";
(() => {
  const page = document.documentElement;
  const find = (selector, from = document) => from.querySelector(selector);
  const all = (selector, from = document) => [...from.querySelectorAll(selector)];
  const data = JSON.parse(find("#data").textContent);
  const columns = data.customers, pool = columns.pool;
  const unpacked = (one, index, at) => {
    const grades = data.ratings[index].grades;
    const code = (place) => typeof place === "number" ? grades[place][0] : place;
    const x = pool[one.x[at]];
    return { g: code(one.g[at]), b: code(one.b[at]), s: data.states[one.s[at]], v: data.moves[one.v[at]], h: one.h[at],
      k: pool[one.k[at]], w: pool[one.w[at]], c: pool[one.c[at]], x, y: x.length ? x[0][3].length : null, z: pool[one.z[at]],
      o: typeof one.g[at] === "number" ? one.g[at] + 1 : 99 };
  };
  const customers = columns.i.map((id, at) => ({ i: id, n: columns.n[at], m: columns.m[at], t: columns.t?.[at],
    a: columns.a.map((one) => one[at]), p: columns.p.map((one) => one[at]), r: columns.r.map((one, index) => unpacked(one, index, at)) }));
  const PAGE = 50;
  const keep = (key, value) => { try { localStorage.setItem("zhike-" + key, value); } catch { /* files may have no storage */ } };
  const kept = (key) => { try { return localStorage.getItem("zhike-" + key); } catch { return null; } };
  const lang = () => page.dataset.lang;
  const text = (number) => {
    if (number === null || number === undefined) return "";
    const found = data.texts[number];
    return typeof found === "string" ? found : found[lang() === "zh" ? 0 : 1];
  };
  const word = (key, values = {}) => data.words[key][lang() === "zh" ? 0 : 1].replace(/\{(\w+)\}/g, (_, name) => values[name]);
  const make = (name, attributes = {}, ...content) => {
    const element = document.createElement(name);
    for (const [key, value] of Object.entries(attributes)) if (value !== null && value !== undefined) element.setAttribute(key, value);
    element.append(...content.filter((one) => one !== null && one !== undefined && one !== ""));
    return element;
  };

  // language and theme

  const speak = (chosen) => {
    page.dataset.lang = chosen;
    page.lang = chosen === "zh" ? "zh-CN" : "en";
    for (const element of all(".said")) element.textContent = element.dataset[chosen];
    for (const name of ["aria-label", "placeholder"])
      for (const element of all(`[data-zh-${name}]`)) element.setAttribute(name, element.getAttribute(`data-${chosen}-${name}`));
    for (const drawing of all("svg[role=img]")) {
      const title = find("title", drawing);
      if (title) { drawing.dataset.zh = title.dataset.zh; drawing.dataset.en = title.dataset.en; title.remove(); }
      drawing.setAttribute("aria-label", drawing.dataset[chosen]);
    }
    keep("lang", chosen);
  };
  find("#lang").addEventListener("click", () => { speak(lang() === "zh" ? "en" : "zh"); draw(); });
  const dark = () => page.dataset.theme ? page.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
  find("#theme").addEventListener("click", () => { page.dataset.theme = dark() ? "light" : "dark"; keep("theme", page.dataset.theme); });
  if (kept("theme")) page.dataset.theme = kept("theme");
  find("#print").addEventListener("click", () => print());

  // what charts tell when pointed at

  const tip = find("#tip");
  const place = (x, y) => {
    const box = tip.getBoundingClientRect();
    tip.style.left = Math.max(8, Math.min(x + 14, innerWidth - box.width - 8)) + "px";
    tip.style.top = (y + 18 + box.height > innerHeight ? y - box.height - 12 : y + 18) + "px";
  };
  document.addEventListener("pointermove", (event) => {
    const shape = event.target.closest?.(".tip");
    tip.hidden = !shape;
    if (!shape) return;
    tip.textContent = shape.dataset[lang()];
    place(event.clientX, event.clientY);
  });
  document.addEventListener("scroll", () => { tip.hidden = true; }, { passive: true });

  // ratings as tabs

  let rating = 0;
  const tabs = all("[role=tab]");
  const turn = (index, focus) => {
    rating = index;
    tabs.forEach((tab, i) => {
      tab.setAttribute("aria-selected", i === index);
      tab.tabIndex = i === index ? 0 : -1;
      find("#" + tab.dataset.rating).classList.toggle("away", i !== index);
    });
    all(".of-rating").forEach((list, i) => { list.hidden = i !== index; });
    if (focus) tabs[index].focus();
    state.pick = "";
    draw();
  };
  tabs.forEach((tab, i) => {
    tab.addEventListener("click", () => turn(i));
    tab.addEventListener("keydown", (event) => {
      const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
      if (step) { event.preventDefault(); turn((i + step + tabs.length) % tabs.length, true); }
    });
  });

  // a table that is wider than its place is moved by the keyboard too

  const fit = new ResizeObserver((entries) => {
    for (const frame of new Set(entries.map((entry) => entry.target.closest(".scroll")))) {
      if (frame.scrollWidth > frame.clientWidth) frame.tabIndex = 0;
      else frame.removeAttribute("tabindex");
    }
  });
  for (const table of all(".scroll > table")) {
    const heading = table.closest("section[aria-labelledby]").getAttribute("aria-labelledby");
    table.parentElement.setAttribute("role", "group");
    table.parentElement.setAttribute("aria-labelledby", heading);
    fit.observe(table);
    fit.observe(table.parentElement);
  }

  // where the reader is

  const links = new Map(all(".side a").map((link) => [link.hash.slice(1), link]));
  const watch = new IntersectionObserver((entries) => {
    for (const entry of entries) {
      if (!entry.isIntersecting) continue;
      for (const link of links.values()) { link.classList.remove("here"); link.removeAttribute("aria-current"); }
      const here = links.get(entry.target.id);
      here.classList.add("here");
      here.setAttribute("aria-current", "true");
    }
  }, { rootMargin: "-90px 0px -70% 0px" });
  for (const id of links.keys()) watch.observe(document.getElementById(id));

  // customers

  const state = { sort: "a", up: false, page: 0, pick: "", search: "", marked: false, open: new Set() };
  const order = new Map(data.ratings.map((_, i) => ["g" + i, (one) => one.r[i].o]));
  order.set("n", (one) => one.n);
  order.set("a", (one) => one.a[0]);
  order.set("p", (one) => one.p[0]);
  order.set("y", (one) => one.r[rating].y);
  const compare = new Intl.Collator("zh-CN", { numeric: true }).compare;
  const result = (one) => one.r[rating];
  const key = (one) => result(one).g ?? result(one).s;
  const found = () => {
    const wanted = state.search.trim().toLowerCase();
    const rows = customers.filter((one) =>
      (!wanted || one.n.toLowerCase().includes(wanted) || one.i.toLowerCase().includes(wanted)) &&
      (!state.pick || key(one) === state.pick) && (!state.marked || result(one).k.length));
    const value = order.get(state.sort);
    return rows.sort((a, b) => {
      const x = value(a), y = value(b);
      if (x === null || y === null) return (x === null) - (y === null);
      const by = typeof x === "string" ? compare(x, y) : x - y;
      return (state.up ? by : -by) || compare(a.i, b.i);
    });
  };
  const named = (code, index) => {
    const grade = data.ratings[index].grades.find(([one]) => one === code);
    return grade && code.length > 3 ? text(grade[1]) : code;
  };
  const badge = (code, index, was) => {
    const rank = data.ratings[index].grades.findIndex(([grade]) => grade === code) + 1;
    return make("span", { class: `badge ${rank ? `r${data.order[index]}g${rank}` : "gx"}${was ? " was" : ""}`, title: rank ? text(data.ratings[index].grades[rank - 1][1]) : null }, named(code, index) ?? "–");
  };
  const standing = (told, index) => {
    const parts = [];
    if (told.b && told.b !== told.g) parts.push(badge(told.b, index, true), make("span", { class: { up: "good", down: "bad" }[told.v] ?? "soft", "aria-hidden": "true" }, "→"));
    if (told.g) parts.push(badge(told.g, index));
    if (told.s !== "graded") parts.push(" ", make("span", { class: "chip" + (told.s === "pending" ? " warn" : "") }, word(told.s)));
    return parts;
  };
  const ahead = (told) => {
    if (told.s === "not_rated") return "";
    if (!told.x.length) return word("best_grade");
    const gap = told.x[0][3][0];
    return gap ? make("span", {}, make("b", {}, text(gap[2])), make("br"), text(gap[0])) : text(told.x[0][2]);
  };
  const row = (one) => {
    const open = state.open.has(one.i);
    const button = make("button", { type: "button", "aria-expanded": open, "aria-label": `${word("open_reasons")}: ${one.n}` }, "›");
    const line = make("tr", { class: "one" + (open ? " open" : ""), "data-id": one.i },
      make("td", { class: "opener" }, button),
      make("th", { scope: "row" }, make("span", { class: "name" }, one.n), make("span", { class: "id" }, one.i)),
      ...one.r.map((told, i) => make("td", { class: "moves" + (i === rating ? "" : " other") }, ...standing(told, i))),
      make("td", { class: "r num strong" }, text(one.a[1])),
      make("td", { class: "r num profit" }, text(one.p[1])),
      make("td", { class: "what" }, ahead(result(one))),
      make("td", {}, ...result(one).k.map((mark) => make("span", { class: "chip warn" }, text(mark[0])))));
    return open ? [line, make("tr", { class: "detail" }, make("td", { colspan: 6 + one.r.length }, reasons(one)))] : [line];
  };
  const draw = () => {
    const rows = found();
    const last = Math.max(0, Math.ceil(rows.length / PAGE) - 1);
    state.page = Math.min(state.page, last);
    const first = state.page * PAGE;
    const shown = rows.slice(first, first + PAGE);
    find("#people tbody").replaceChildren(...shown.flatMap(row));
    find("#shown").textContent = rows.length ? word("count_shown", { first: first + 1, last: first + shown.length, count: rows.length.toLocaleString("en") }) : word("count_none");
    find("#back").disabled = state.page === 0;
    find("#next").disabled = state.page === last;
    find("#reset").hidden = !(state.search || state.pick || state.marked);
    for (const head of all("#people [data-sort]")) {
      head.classList.toggle("other", /^g\d/.test(head.dataset.sort) && head.dataset.sort !== "g" + rating);
      if (head.dataset.sort === state.sort) head.setAttribute("aria-sort", state.up ? "ascending" : "descending");
      else head.removeAttribute("aria-sort");
    }
    pick();
  };
  const pick = () => {
    const counts = new Map();
    for (const one of customers) counts.set(key(one), (counts.get(key(one)) ?? 0) + 1);
    const codes = [...data.ratings[rating].grades.map(([code]) => code), "pending", "not_rated"].filter((code) => counts.has(code));
    const button = (code, title, count) => make("button", { type: "button", "data-pick": code, "aria-pressed": state.pick === code }, title, make("span", { class: "num" }, count));
    const focused = document.activeElement?.dataset?.pick;
    find("#picks").replaceChildren(button("", word("all"), customers.length),
      ...codes.map((code) => button(code, ["pending", "not_rated"].includes(code) ? word(code) : named(code, rating), counts.get(code))));
    if (focused !== undefined) find(`[data-pick="${CSS.escape(focused)}"]`)?.focus();
  };

  // the reasons of one customer

  const TICKS = { 1: ["✓", "held"], 0: ["✗", "failed"], 2: ["?", "untold"], 3: ["–", "not_applicable"] };
  const tick = (outcome) => make("span", { class: `tick o${outcome}`, role: "img", "aria-label": word(TICKS[outcome][1]) }, TICKS[outcome][0]);
  const part = (title, ...content) => content.some((one) => one) ? make("div", {}, make("h3", {}, word(title)), ...content) : null;
  const gap = ([sentence, has, missing, hint, rigidity, source]) => make("p", { class: "gap" },
    make("b", {}, text(missing)), " ", make("span", { class: "chip " + rigidity }, word(rigidity === "unknown" ? "unknown_data" : rigidity)), make("br"),
    make("span", { class: "soft" }, [text(source), text(sentence), text(has) === "—" ? "" : word("has_now", { has: text(has) }), text(hint)].filter(Boolean).join(" · ")));
  const way = ([grade, by, summary, gaps, held], index) => make("div", { class: "way" },
    make("p", {}, badge(grade, index), " ", make("b", {}, text(summary))), make("p", { class: "soft small" }, text(by)),
    ...gaps.map(gap), ...held.map((one) => make("p", { class: "soft" }, text(one))));
  const condition = (shape, next) => {
    if (Array.isArray(shape)) {
      const outcome = next();
      return make("li", {}, tick(outcome), make("div", {}, text(shape[0]), make("ul", {}, ...shape[1].map((one) => condition(one, next)))));
    }
    const [outcome, value, why, sentence] = [next()].flat();
    const saw = [(value ?? null) !== null && outcome !== 3 ? `${word("seen")} ${text(value)}` : "", text(why)].filter(Boolean).join(" · ");
    return make("li", {}, tick(outcome), make("span", {}, text(sentence ?? shape), saw ? make("span", { class: "saw num" }, saw) : null));
  };
  const tests = (told, index) => {
    let at = 0;
    const next = () => told.c[at++];
    return data.ratings[index].shape.map(([code, group]) => {
      const outcome = next();
      if (group) at++;
      const body = group ? make("ul", {}, ...group[1].map((one) => condition(one, next))) : make("p", { class: "soft" }, word("no_conditions"));
      const shown = code === told.g || code === told.x[0]?.[0];
      return make("details", { class: "test", open: shown ? "" : null }, make("summary", {}, tick(outcome), badge(code, index), group ? text(group[0]) : ""), body);
    });
  };
  const table = (rows) => make("table", { class: "data" }, make("tbody", {}, ...rows));
  const metric = (one, i) => {
    const [shown, why, own] = [one].flat(), [title, period] = data.metrics[i];
    return make("tr", { title: text(own ?? period) || null }, make("th", { scope: "row" }, text(title)),
      make("td", { class: "r num" }, text(shown), (why ?? null) !== null ? make("span", { class: "soft small" }, make("br"), text(why)) : null));
  };
  const score = ([value, parts], i) => {
    const [title, shared] = data.ratings[rating].scores[i];
    return make("div", {}, make("p", {}, make("b", { class: "num" }, `${text(title)} ${value ?? "—"}`)),
      table(parts.map(([shown, points], at) => make("tr", {}, make("th", { scope: "row" }, text(shared[at][0])), make("td", { class: "r num" }, text(shown)),
        make("td", { class: "r num" }, points === null ? "—" : `${points} ${word("points")}`), make("td", { class: "r num soft" }, shared[at][1] ?? "")))));
  };
  const reasons = (one) => {
    const told = result(one), many = one.r.length > 1;
    const path = make("ol", {}, ...told.w.map(([title, said, grade]) => make("li", {}, make("b", {}, text(title)), " ", text(said), " ", grade ? badge(grade, rating) : "")));
    const years = one.t?.length ? table(one.t.map((amount, i) => make("tr", {}, make("th", { scope: "row" }, data.spans[i]), make("td", { class: "r num" }, text(amount)))).reverse()) : null;
    return make("div", { class: "reasons" },
      make("div", {}, many ? make("p", { class: "soft" }, text(data.ratings[rating].title)) : null, make("p", { class: "say" }, text(told.h).replaceAll("{n}", () => one.n)),
        ...told.k.map(([mark, because]) => make("p", {}, make("span", { class: "chip warn" }, text(mark)), " ", text(because))),
        part("path", told.w.length > 1 ? path : null),
        part("next_grade", ...told.x.map((miss) => way(miss, rating))),
        part("conditions", ...tests(told, rating))),
      make("div", {}, part("scores", ...told.z.map(score)), part("metrics", table(one.m.map(metric))), part("yearly", years)));
  };
  const toggle = (id) => {
    if (!state.open.delete(id)) state.open.add(id);
    draw();
    find(`tr[data-id="${CSS.escape(id)}"] .opener button`)?.focus({ preventScroll: true });
  };
  const show = (id) => {
    Object.assign(state, { search: id, pick: "", marked: false, page: 0, open: new Set([id]) });
    find("#search").value = id;
    find("#marked").checked = false;
    draw();
    find("#customers").scrollIntoView();
    find(`tr[data-id="${CSS.escape(id)}"] .opener button`)?.focus({ preventScroll: true });
  };
  document.addEventListener("click", (event) => {
    const at = (selector) => event.target.closest(selector);
    if (at("[data-customer]")) show(at("[data-customer]").dataset.customer);
    else if (at("tr.one") && !getSelection().toString()) toggle(at("tr.one").dataset.id);
    else if (at("[data-pick]")) { state.pick = at("[data-pick]").dataset.pick; state.page = 0; draw(); }
    else if (at("[data-sort] button")) {
      const chosen = at("[data-sort]").dataset.sort;
      state.up = state.sort === chosen ? !state.up : ["n", "y"].includes(chosen) || chosen.startsWith("g");
      Object.assign(state, { sort: chosen, page: 0 });
      draw();
    }
  });
  find("#search").addEventListener("input", (event) => { state.search = event.target.value; state.page = 0; draw(); });
  find("#marked").addEventListener("change", (event) => { state.marked = event.target.checked; state.page = 0; draw(); });
  find("#reset").addEventListener("click", () => {
    Object.assign(state, { search: "", pick: "", marked: false, page: 0 });
    find("#search").value = "";
    find("#marked").checked = false;
    draw();
    find("#search").focus();
  });
  for (const [id, step] of [["#back", -1], ["#next", 1]]) find(id).addEventListener("click", () => { state.page += step; draw(); find("#customers").scrollIntoView(); });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") tip.hidden = true;
    if (event.key === "/" && !event.target.closest("input")) { event.preventDefault(); find("#search").focus(); }
  });

  speak(["zh", "en"].includes(kept("lang")) && !location.hash.includes("lang=") ? kept("lang") : lang());
  for (const element of all(".filters, .pages, #people")) element.hidden = false;
  draw();
})();
