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

// How many are on the page at first, and how many more each time that more are wanted. Six or so are in sight, and each one
// that is there takes its part of every layout.
const STEP = 30;

export class CallList {
  constructor(place, model) {
    this.model = model;
    this.lines = []; // newest first: {call, about, text, matches, button, drawn}
    this.known = new Map(); // SID → its line
    this.room = STEP;
    this.search = el("input", { type: "search", "aria-label": "Find a call", placeholder: "Name, number or SID", autocomplete: "off", oninput: () => this.filter() });
    this.kind = el("select", { "aria-label": "Which calls", onchange: () => this.filter() }, Object.entries(KINDS).map(([name, [words]]) => el("option", { value: name }, words)));
    this.count = el("span", { class: "hint num", role: "status" });
    this.bar = el("div", { class: "filter" }, this.search, this.kind, this.count);
    this.list = el("div", { class: "calls", role: "group", "aria-label": "Calls, newest first" });
    this.more = el("button", { type: "button", class: "button quiet", onclick: () => this.showMore() }, "Show more");
    place.replaceChildren(this.bar, this.list);
  }

  // draw draws those of the calls named that are there.
  draw(sids) {
    let moved = false;
    for (const sid of sids) {
      const call = this.model.calls.get(sid);
      if (call) moved = this.update(call) || moved;
    }
    if (moved) this.arrange();
  }

  // update takes over how a call stands, and reports whether the list itself changes.
  update(call) {
    const line = this.known.get(call.sid) ?? this.add(call);
    const a = this.model.about(call);
    line.about = a;
    line.text = [a.to, a.from, a.number, a.word, call.sid, ...call.legs.keys()].join(" ").toLowerCase();
    const matches = this.matching(line);
    const moved = matches !== line.matches;
    line.matches = matches;
    if (line.button?.isConnected) this.paint(line);
    return moved;
  }

  add(call) {
    const line = { call, matches: undefined, button: null, drawn: "" };
    // Almost always it is the newest: then it comes first.
    let at = 0;
    while (at < this.lines.length && this.lines[at].call.started > call.started) at++;
    this.lines.splice(at, 0, line);
    this.known.set(call.sid, line);
    return line;
  }

  paint(line) {
    const { call, about: a } = line;
    line.button ??= el("button", { type: "button", "data-sid": call.sid, onclick: () => this.model.choose(call.sid) });
    line.button.setAttribute("aria-pressed", String(call.sid === this.model.chosen));
    const to = capital(a.inbound ? a.from : a.to);
    const drawn = [to, a.kind, a.icon, a.word].join("|");
    if (drawn === line.drawn) return;
    line.drawn = drawn;
    line.button.replaceChildren(
      el("span", { class: "to" }, to),
      el("span", { class: "meta num" }, el("span", { class: `state ${a.kind}` }, icon(a.icon), a.word), clock(call.started).slice(0, 8)));
  }

  matching(line) {
    const words = this.search.value.trim().toLowerCase().split(/\s+/);
    return KINDS[this.kind.value][1](line.about) && words.every((word) => line.text.includes(word));
  }

  filter() {
    this.room = STEP;
    for (const line of this.lines) line.matches = this.matching(line);
    this.arrange();
  }

  showMore() {
    this.room += STEP;
    this.arrange();
    this.list.children[this.room - STEP]?.focus();
  }

  // arrange puts the newest that match on the page, and moves none that is in its place.
  arrange() {
    const matching = this.lines.filter((line) => line.matches);
    let at = this.list.firstElementChild;
    for (const line of matching.slice(0, this.room)) {
      this.paint(line);
      if (line.button === at) at = at.nextElementSibling;
      else this.list.insertBefore(line.button, at);
    }

    while (at) {
      const next = at.nextElementSibling;
      at.remove();
      at = next;
    }
    if (matching.length > this.room) this.list.append(this.more);
    this.tell(matching.length);
  }

  tell(shown) {
    const all = this.lines.length;
    this.bar.hidden = all < 2;
    this.count.textContent = shown === all ? `${all} calls` : `${shown} of ${all} calls`;
  }
}
