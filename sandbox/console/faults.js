// "Faults": what goes wrong between Twilio, the app and the FHIR server.

import { ask, busy, el, note } from "/dom.js";

const CALLBACKS = [
  ["drop", "Lost"], ["duplicate", "Sent twice"], ["reorder", "Out of order"], ["badSignature", "Wrongly signed"],
];
const OFTEN = [["0", "Never"], ["0.33", "One in three"], ["1", "Always"]];
const RECORD = [
  ["none", "Nothing: it works", []],
  ["down", "It is down", [{ down: true }]],
  ["lost-create", "The next create’s answer is lost", [{ method: "POST", path: "/Communication", after: true }]],
  ["lost-update", "The next update’s answer is lost", [{ method: "PUT", path: "/Communication", after: true }]],
  ["conflict", "The next three updates conflict (409)", [{ method: "PUT", path: "/Communication", status: 409, times: 3 }]],
  ["slow", "The next five updates time out (504 after 3 s)", [{ method: "PUT", path: "/Communication", status: 504, delayMs: 3000, times: 5 }]],
  ["tail", "A tenth of the requests takes 6 s", [{ kind: "tail", share: 0.1, delayMs: 6000, times: -1 }]],
  ["lenient", "Searches do not look at the identifier", [{ kind: "lenient-search", names: ["identifier"], times: -1 }]],
  ["cap", "It is full: every create is refused (422)", [{ kind: "resource-cap", times: -1 }]],
  ["terminology", "It checks terminology: every write is refused (403)", [{ kind: "terminology", times: -1 }]],
];

export function drawFaults(panel) {
  const chances = CALLBACKS.map(([key, text]) => ({ key, text, select: el("select", { id: `fault-${key}` }, OFTEN.map(([v, t]) => el("option", { value: v }, t))) }));
  const delay = el("input", { id: "fault-delay", type: "number", min: "0", max: "60000", step: "500", value: "0" });
  const twilioSaid = el("div", {});
  const twilioGo = el("button", { class: "button", type: "submit" }, "Apply");
  const record = el("select", { id: "fault-record" }, RECORD.map(([v, t]) => el("option", { value: v }, t)));
  const recordSaid = el("div", {});
  const recordGo = el("button", { class: "button", type: "submit" }, "Apply");
  const reset = el("button", { class: "button quiet wide", type: "button", onclick: () => busy(reset, all) }, "Reset: everything works");

  panel.append(
    el("form", { class: "group", onsubmit: (e) => { e.preventDefault(); busy(twilioGo, twilio); } },
      el("h2", {}, "Twilio’s status callbacks"), el("p", { class: "hint" }, "What happens to each report on its way to the app."),
      chances.map((c) => el("div", { class: "field" }, el("label", { for: c.select.id }, c.text), c.select)),
      el("div", { class: "field" }, el("label", { for: "fault-delay" }, "Delayed by (ms)"), delay), twilioGo, twilioSaid),
    el("form", { class: "group", onsubmit: (e) => { e.preventDefault(); busy(recordGo, fhir); } },
      el("h2", {}, "FHIR server"), el("p", { class: "hint" }, "What happens to the app’s writes."),
      el("div", { class: "field" }, el("label", { for: "fault-record" }, "Fault"), record), recordGo, recordSaid),
    el("div", { class: "group" }, reset));

  async function tell(where, text, work) {
    where.replaceChildren();
    try { await work(); where.replaceChildren(note("", text)); } catch (error) { where.replaceChildren(note("bad", error.message)); }
  }
  const twilio = () => {
    const faults = { ...Object.fromEntries(chances.map((c) => [c.key, Number(c.select.value)])), delayMs: Number(delay.value) || 0 };
    const none = Object.values(faults).every((v) => v === 0);
    return tell(twilioSaid, none ? "Every report arrives as it should." : "In force for every call from now on.", () => ask("PUT", "twilio/faults", faults));
  };
  const fhir = () => tell(recordSaid, record.value === "none" ? "The FHIR server works." : "In force now.", () =>
    ask("PUT", "fhir/faults", RECORD.find(([v]) => v === record.value)[2]));
  async function all() {
    for (const c of chances) c.select.value = "0";
    delay.value = "0"; record.value = "none";
    await Promise.all([twilio(), fhir()]);
  }

  ask("GET", "twilio/faults").then((now) => {
    for (const c of chances) c.select.value = OFTEN.map(([v]) => v).reverse().find((v) => now[c.key] >= Number(v)) ?? "0";
    delay.value = now.delayMs ?? 0;
  }).catch(() => { /* the controls then show no fault, and Apply says what is wrong */ });
  ask("GET", "fhir/faults").then((now) => { if (now?.some((f) => f.down)) record.value = "down"; }).catch(() => { /* as above */ });
}
