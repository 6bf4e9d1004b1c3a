// One call in time: Twilio's webhooks on the left, the record on the right.

import { capital, clock, el, icon } from "/dom.js";
import { differences, text } from "/differences.js";
import { webhookActions } from "/webhook-actions.js";

const PURPOSE = { voice: "What shall I do?", action: "The dial has ended", redirect: "Next instructions?", whisper: "What to say first?", status: "Status", amd: "Who answered?", gather: "What next, after these keys?", wait: "What does one hear who waits?", hold: "What does one hear on hold?", announce: "What is announced?" };

export class Timeline {
  constructor(card) {
    this.head = el("span", { class: "hint num" });
    this.list = el("ol", {});
    this.sid = "";
    this.lines = new Map(); // row's id → {node, answered}
    card.append(
      el("header", {}, el("h2", {}, "What happened"), this.head),
      el("div", { class: "lanes", "aria-hidden": "true" }, el("span", {}, "Time"), el("span", {}, "Twilio → the app"), el("span", {}, "Health record")),
      this.list);
  }

  // draw shows a call: of one that is shown already, what is new.
  draw(call) {
    if (call.sid !== this.sid) {
      this.sid = call.sid;
      this.lines.clear();
      this.list.replaceChildren();
    }
    for (const row of call.rows) this.drawRow(call, row);
    this.head.textContent = `${count(call.rows.filter((r) => r.lane === "webhook").length, "webhook")} · ${count(call.versions.length, "version")}`;
  }

  drawRow(call, row) {
    const known = this.lines.get(row.id);
    if (known && known.answered === row.answered) return;
    const node = el("li", { class: `line ${row.lane}`, "data-id": row.id },
      el("time", { class: "num", datetime: row.time }, clock(row.time)), el("div", { class: "what" }, what(call, row, known?.node.querySelector("details")?.open)));
    this.lines.set(row.id, { node, answered: row.answered });
    if (known) {
      known.node.replaceWith(node);
      return;
    }
    // Rows come in their order, but for those that are told again.
    let after = this.list.lastElementChild;
    while (after && Number(after.dataset.id) > row.id) after = after.previousElementSibling;
    this.list.insertBefore(node, after ? after.nextSibling : this.list.firstChild);
  }
}

const count = (n, thing) => `${n} ${thing}${n === 1 ? "" : "s"}`;

function what(call, row, open) {
  switch (row.lane) {
    case "webhook": return webhook(call, row, open);
    case "record": return record(row);
    case "speech": return speech(row.event);
    case "fault": return title("warn", `Fault: ${words(row.event.fault)}`, null, `the “${row.event.text}” report`);
    default: return title("warn", row.event.code ? `Twilio ${row.event.code}` : "Twilio", null, row.event.text);
  }
}

function title(name, main, badge, sub) {
  return [el("div", { class: "title" }, icon(name), el("span", {}, main), badge), sub ? el("div", { class: "sub" }, sub) : null];
}

const words = (fault) => ({ drop: "lost", duplicate: "sent twice", reorder: "out of order", badSignature: "wrongly signed", delay: "delayed" })[fault] ?? fault;

function webhook(call, row, open) {
  const { webhook: hook, params } = row;
  const code = !row.answered ? el("span", { class: "code" }, "waiting…")
    : el("span", { class: `code ${hook.statusCode >= 200 && hook.statusCode < 300 ? "ok" : "no"}` }, hook.statusCode ? `${hook.statusCode} · ${hook.milliseconds ?? 0} ms` : "no answer");
  const main = hook.purpose === "status" ? params.CallStatus ?? "status"
    : hook.purpose === "conference" ? `Room: ${params.StatusCallbackEvent ?? ""}`
    : hook.purpose === "recording" ? `Recording ${params.RecordingStatus ?? ""}` : PURPOSE[hook.purpose] ?? hook.purpose;
  return [
    ...title("hook", main, code),
    hook.error ? el("div", { class: "sub error" }, capital(hook.error)) : null,
    el("details", { open }, el("summary", {}, [`${hook.method} ${hook.path}`, hook.attempt > 1 ? `attempt ${hook.attempt}` : "", verbs(hook.body)].filter(Boolean).join(" · ")),
      el("table", {}, el("tbody", {}, Object.entries(params).map(([k, v]) => el("tr", {}, el("th", { scope: "row" }, k), el("td", {}, v))))),
      hook.body ? el("pre", { class: "json" }, hook.body.trim().split("\n").map((l) => el("span", {}, l || " "))) : null,
      row.answered ? webhookActions(call, hook) : null),
  ];
}

function verbs(body = "") {
  const found = [...body.matchAll(/<(Dial|Number|Client|Say|Play|Pause|Hangup|Reject|Redirect)\b/g)].map((m) => m[1]);
  return found.length ? `answers ${found.join(", ")}` : "";
}

function speech(e) {
  if (e.type === "recording") return [...title("speech", `Recording ${e.kind}`), e.kind === "completed" ? el("audio", { controls: true, preload: "none", src: `/console/v1/twilio/recordings/${e.text}/sound` }) : null];
  if (e.kind === "pause") return title("wait", `Pause of ${e.text} s`);
  if (e.kind === "say") return title("speech", `“${e.text}”`);
  return title("speech", `${capital(e.kind)}: ${e.text}`);
}

// What a reader of the timeline does not need: it is in the record below.
const QUIET = /^(meta|identifier|payload|resourceType|id\b)|\[(callSid|parentCallSid|direction)\]/;

function record(row) {
  const { record: r, before } = row;
  const what = r.type === "Communication" ? "Version" : `${r.type} version`;
  const body = r.resource ?? {};
  const changed = differences(before?.resource, body).filter((d) => !QUIET.test(d.path) && d.path !== "status");
  const told = changed.slice(0, 4).map((d) => `${d.label}: ${/T\d\d:/.test(d.after) ? new Date(d.after).toLocaleTimeString("en-GB") : text(d.after)}`).join(" · ");
  const first = body.statusReason?.text ?? body.payload?.[0]?.contentString ?? "The first version";
  return [...title("record", r.number ? `${what} ${r.number}` : `New ${what.toLowerCase()}`, el("span", { class: "code" }, body.status ?? r.interaction), before ? told : first),
    el("span", { class: "lane-name sub" }, "in the health record")];
}
