// The Communication of a call: in words, as JSON, and version by version.

import { clock, el, icon } from "/dom.js";
import { differences, leaves, step, text } from "/differences.js";

const TWILIO_CALL = "/StructureDefinition/twilio-call";

export class RecordView {
  constructor(card, model) {
    this.card = card;
    this.model = model;
    this.sid = "";
    this.at = -1; // chosen version; -1 is the newest
    this.drawn = "";
  }

  draw(call) {
    if (this.sid !== call.sid) { this.sid = call.sid; this.at = -1; this.drawn = ""; }
    const key = `${call.sid} ${call.versions.length} ${this.at}`;
    if (key === this.drawn) return;
    this.drawn = key;
    const focused = this.card.contains(document.activeElement) ? document.activeElement.dataset.at : null;
    this.card.replaceChildren(...(call.versions.length ? this.full(call) : this.empty()));
    const pre = this.card.querySelector("pre");
    const changed = pre?.querySelector(".new");
    if (changed) pre.scrollTop = changed.offsetTop - 60;
    if (focused) this.card.querySelector(`[data-at="${focused}"]`)?.focus();
  }

  empty() {
    return [el("header", {}, el("h2", {}, "The record")), el("p", { class: "hint" }, "No Communication has been written for this call.")];
  }

  full(call) {
    const versions = call.versions;
    const at = this.at < 0 ? versions.length - 1 : Math.min(this.at, versions.length - 1);
    const newest = versions.at(-1).record;
    return [
      el("header", {}, el("h2", {}, `${newest.type}`), el("span", { class: "hint num" }, `${newest.id}`)),
      newest.resource ? this.facts(newest.resource) : el("p", {}, "This resource has been deleted."),
      el("div", { class: "history" }, this.list(call, versions, at), this.version(versions[at])),
    ];
  }

  facts(c) {
    const twilio = Object.fromEntries((c.extension?.find((e) => e.url?.endsWith(TWILIO_CALL))?.extension ?? [])
      .map((e) => [e.url, Object.entries(e).find(([k]) => k.startsWith("value"))?.[1]]));
    const name = (r) => r && (this.model.people.get(r.reference) ?? r.display ?? r.reference);
    const appointment = this.model.appointment(c.basedOn?.[0]?.reference?.split("/")[1]);
    const when = (t) => t && new Date(t).toLocaleTimeString("en-GB", { hour12: false });
    const rows = [
      ["Status", c.status], ["Why not", c.statusReason?.text ?? c.statusReason?.coding?.[0]?.display], ["Twilio’s word", twilio.callStatus],
      ["From", name(c.sender)], ["To", (c.recipient ?? []).map(name).join(", ")], ["About", name(c.subject)],
      ["Appointment", appointment ? `${appointment.start.slice(11, 16)}, ${appointment.reason}` : c.basedOn?.[0]?.reference],
      ["Sent", when(c.sent)], ["Answered", when(c.received)],
      ["Answered by", twilio.answeredBy], ["Lasted", twilio.durationSeconds === undefined ? undefined : `${twilio.durationSeconds} s`],
      ["Direction", twilio.direction], ["Summary", c.payload?.[0]?.contentString],
    ];
    return el("dl", { class: "facts" }, rows.filter(([, v]) => v !== undefined && v !== "").map(([k, v]) => el("div", {}, el("dt", {}, k), el("dd", {}, v))));
  }

  list(call, versions, at) {
    const choose = (i) => { this.at = i; this.draw(call); };
    return el("div", {}, el("p", { class: "label", id: "versions-label" }, "Versions"),
      el("ol", { class: "versions", "aria-labelledby": "versions-label" }, versions.map((v, i) => el("li", {},
        el("button", { type: "button", "data-at": i, "aria-pressed": String(i === at), onclick: () => choose(i) },
          el("strong", {}, v.record.number ? `Version ${v.record.number}` : "Version"),
          el("span", { class: "sub num" }, `${clock(v.time).slice(0, 8)} · ${v.record.resource?.status ?? v.record.interaction}`)))).reverse()));
  }

  version({ record, before }) {
    const resource = record.resource ?? {};
    const changed = differences(before?.resource, resource).filter((d) => !d.path.startsWith("meta."));
    const paths = new Set(changed.map((d) => d.path));
    return el("div", { style: null }, el("p", { class: "label" }, before ? "What changed" : "The first version"),
      el("ul", { class: "changes" }, before && changed.length === 0 ? el("li", { class: "hint" }, "Nothing but the version.") : null,
        changed.map((d) => el("li", {}, el("code", {}, d.label), " ",
          d.before === undefined ? null : [el("del", {}, text(d.before)), " "], el("span", { class: "unseen" }, "became "),
          d.after === undefined ? "removed" : el("ins", {}, text(d.after))))),
      el("pre", { class: "json", tabindex: "0", "aria-label": "The version as JSON" }, lines(resource, "", 0, "", paths)));
  }
}

// lines writes JSON a line an element, marking those whose path is in changed.
function lines(value, path, depth, lead, changed) {
  const pad = "  ".repeat(depth);
  if (value === null || typeof value !== "object") {
    return [el("span", { class: changed.has(path) ? "new" : null }, `${pad}${lead}${JSON.stringify(value)}`)];
  }
  const list = Array.isArray(value);
  const entries = Object.entries(value);
  const inside = entries.flatMap(([key, inner], i) => {
    const part = lines(inner, step(path, key, inner, list), depth + 1, list ? "" : `${JSON.stringify(key)}: `, changed);
    if (i < entries.length - 1) part.at(-1).append(",");
    return part;
  });
  return [el("span", {}, `${pad}${lead}${list ? "[" : "{"}`), ...inside, el("span", {}, `${pad}${list ? "]" : "}"}`)];
}
