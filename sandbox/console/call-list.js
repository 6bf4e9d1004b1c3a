// All calls, newest first, and which of them are shown. A call that did not change is
// not touched: with a thousand of them a drawing of all takes longer than a frame.

import { capital, clock, el, icon } from "/dom.js";

const KINDS = {
  all: ["All calls", () => true],
  live: ["Going on", (a) => a.live],
  good: ["Answered", (a) => !a.live && a.kind === "good"],
  missed: ["Not reached", (a) => !a.live && a.kind === "warn"],
  bad: ["Failed or refused", (a) => !a.live && a.kind === "bad"],
};

export class CallList {
  constructor(place, model) {
    this.model = model;
    this.lines = new Map(); // SID → {button, started, about, text, drawn}
    this.search = el("input", { type: "search", "aria-label": "Find a call", placeholder: "Name, number or SID", autocomplete: "off", oninput: () => this.filter() });
    this.kind = el("select", { "aria-label": "Which calls", onchange: () => this.filter() }, Object.entries(KINDS).map(([name, [words]]) => el("option", { value: name }, words)));
    this.count = el("span", { class: "hint num", role: "status" });
    this.bar = el("div", { class: "filter" }, this.search, this.kind, this.count);
    this.list = el("div", { class: "calls", role: "group", "aria-label": "Calls, newest first" });
    place.replaceChildren(this.bar, this.list);
    this.shown = 0;
  }

  // draw draws those of the calls named that are there.
  draw(sids) {
    for (const sid of sids) {
      const call = this.model.calls.get(sid);
      if (call) this.drawOne(call);
    }
    this.tell();
  }

  drawOne(call) {
    const line = this.lines.get(call.sid) ?? this.add(call);
    const a = this.model.about(call);
    const to = capital(a.inbound ? a.from : a.to);
    const pressed = String(call.sid === this.model.chosen);
    line.button.setAttribute("aria-pressed", pressed);
    line.about = a;
    line.text = [to, a.from, a.number, a.word, call.sid, ...call.legs.keys()].join(" ").toLowerCase();
    this.apply(line);

    const drawn = [to, a.kind, a.icon, a.word].join("|");
    if (drawn === line.drawn) return;
    line.drawn = drawn;
    line.button.replaceChildren(
      el("span", { class: "to" }, to),
      el("span", { class: "meta num" }, el("span", { class: `state ${a.kind}` }, icon(a.icon), a.word), clock(call.started).slice(0, 8)));
  }

  add(call) {
    const button = el("button", { type: "button", "data-sid": call.sid, onclick: () => this.model.choose(call.sid) });
    const line = { button, started: call.started, drawn: "", hidden: true };
    // Almost always it is the newest: then it comes first.
    let next = this.list.firstElementChild;
    while (next && this.lines.get(next.dataset.sid).started > call.started) next = next.nextElementSibling;
    this.list.insertBefore(button, next);
    this.lines.set(call.sid, line);
    button.hidden = true;
    return line;
  }

  filter() {
    for (const line of this.lines.values()) this.apply(line);
    this.tell();
  }

  apply(line) {
    const words = this.search.value.trim().toLowerCase().split(/\s+/);
    const hidden = !KINDS[this.kind.value][1](line.about) || !words.every((word) => line.text.includes(word));
    if (hidden === line.hidden) return;
    line.hidden = hidden;
    line.button.hidden = hidden;
    this.shown += hidden ? -1 : 1;
  }

  tell() {
    const all = this.lines.size;
    this.bar.hidden = all < 2;
    const words = this.shown === all ? `${all} calls` : `${this.shown} of ${all} calls`;
    if (this.count.textContent !== words) this.count.textContent = words;
  }
}
