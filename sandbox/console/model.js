// What the feed has told so far, call by call.

import { atMost, ending } from "/dom.js";

// How often what changed is drawn: what is told within a tenth of a second is told at once for whoever looks, and a thousand
// calls tell a thousand things in each.
const DRAWN_EVERY = 100;

const FINAL = ["completed", "busy", "failed", "no-answer", "canceled"];

// How a status is shown: colour, icon, word, sentence.
const WORDS = {
  completed: ["good", "check", "Call ended", "It was answered, and has ended."],
  busy: ["warn", "cross", "Line busy", "The phone is in use, or the call was declined."],
  "no-answer": ["warn", "cross", "No answer", "It rang and nobody answered."],
  failed: ["bad", "warn", "Call failed", "The call did not reach the phone."],
  canceled: ["", "cross", "Call cancelled", "The clinician hung up before it was answered."],
  "in-progress": ["good", "phone", "Connected", "They are talking."],
  ringing: ["busy", "phone", "Ringing", "The member’s phone rings."],
  initiated: ["busy", "phone", "Dialling", "Twilio is dialling the member."],
};
// firstLeg is the SID that the feed knows a recorded call by: the clinician's
// leg, which the record's first version names before there is another.
function firstLeg(versions) {
  const told = versions.at(-1).extension?.flatMap((e) => e.extension ?? []).find((e) => e.url === "parentCallSid")?.valueString;
  return told || (versions[0].identifier ?? []).map((i) => i.value).find((v) => v?.startsWith("CA"));
}

const REFUSED = ["bad", "cross", "Not allowed", "The app refused the call; the member’s phone never rang."];

export class Model extends EventTarget {
  constructor(state) {
    super();
    this.state = state;
    this.calls = new Map(); // first leg's SID → call
    this.chosen = "";
    this.newest = "";
    this.following = true; // a new call is the chosen one, until a person chooses an older one
    this.dirty = new Set(); // SIDs of calls that changed since the last drawing
    this.people = new Map(); // FHIR reference → name
    this.phones = new Map(); // number → {name, number}
    const { clinicians, cases } = state.clinic;
    const members = [...state.clinic.members, ...cases.flatMap((c) => c.members)];
    this.members = members;
    this.appointments = [...state.clinic.appointments, ...cases.map((c) => c.appointment)];
    for (const c of clinicians) {
      this.people.set(`Practitioner/${c.id}`, c.name);
      this.people.set(`PractitionerRole/${c.roleId}`, c.name);
    }
    for (const m of members) {
      this.people.set(`Patient/${m.id}`, m.name);
      for (const p of m.phones) this.phones.set(p.number, m.name);
      for (const r of m.relatives ?? []) {
        this.people.set(`RelatedPerson/${r.id}`, `${r.name} (${r.relationship})`);
        for (const p of r.phones) this.phones.set(p.number, r.name);
      }
    }
  }

  appointment(id) { return this.appointments.find((a) => a.id === id); }
  clinician(id) { return this.state.clinic.clinicians.find((c) => c.id === id); }
  member(id) { return this.members.find((m) => m.id === id); }

  choose(sid) {
    this.changed(this.chosen);
    this.chosen = sid;
    this.following = sid === this.newest || !this.calls.has(sid);
    this.changed(sid);
  }

  // take adds one Entry of the feed.
  take(entry) {
    if (entry.call) {
      const call = this.call(entry.call, entry.time);
      if (entry.twilio) this.heard(call, entry);
      if (entry.record) this.written(call, entry);
      this.changed(entry.call);
    }
  }

  // changed has a call drawn anew, with all others that change before the next drawing.
  changed(sid) {
    this.dirty.add(sid);
    this.draw();
  }

  draw = atMost(DRAWN_EVERY, () => {
    const { dirty } = this;
    this.dirty = new Set();
    this.dispatchEvent(new CustomEvent("change", { detail: dirty }));
  });

  call(sid, time) {
    if (!this.calls.has(sid)) {
      this.calls.set(sid, { sid, started: time, legs: new Map(), rows: [], versions: [], params: {}, refused: false });
      // Of calls told again after a reload, the newest stays chosen.
      if (!(this.calls.get(this.newest)?.started > time)) this.newest = sid;
      if (this.following) {
        this.changed(this.chosen);
        this.chosen = this.newest;
      }
    }
    return this.calls.get(sid);
  }

  heard(call, { id, time, twilio: e }) {
    const leg = call.legs.get(e.callSid) ?? {};
    call.legs.set(e.callSid, leg);
    if (e.type === "call.state") leg.status = e.status;
    const params = Object.fromEntries(Object.entries(e.webhook?.parameters ?? {}).map(([k, v]) => [k, v[0]]));
    if (params.CallSid === e.callSid) leg.to = params.To ?? leg.to;
    if (e.callSid === call.sid) call.params = { ...params, ...call.params };
    if (e.type === "webhook.request") call.rows.push({ id, time, lane: "webhook", webhook: e.webhook, params, answered: false });
    if (e.type === "webhook.answer") {
      const row = call.rows.find((r) => r.webhook && !r.answered && r.webhook.idempotencyToken === e.webhook.idempotencyToken && r.webhook.attempt === e.webhook.attempt);
      if (row) Object.assign(row, { webhook: e.webhook, answered: true });
      else call.rows.push({ id, time, lane: "webhook", webhook: e.webhook, params, answered: true });
      if (e.webhook.purpose === "voice" && e.webhook.statusCode === 200 && !e.webhook.body.includes("<Dial")) call.refused = true;
    }
    if (["speech", "notice", "fault"].includes(e.type)) call.rows.push({ id, time, lane: e.type, event: e });
    if (e.type === "recording") call.rows.push({ id, time, lane: "speech", event: e });
  }

  written(call, { id, time, record }) {
    const known = call.versions.findIndex((v) => v.record.versionId === record.versionId);
    const before = call.versions.at(known < 0 ? -1 : known - 1)?.record;
    const first = known === 0 || call.versions.length === 0;
    call.rows.push({ id, time, lane: "record", record, before: first ? undefined : before });
    if (known < 0) call.versions.push({ time, record, before });
  }

  // earlier adds a Communication that was written before this page was opened,
  // with its versions oldest first.
  earlier(versions) {
    const sid = firstLeg(versions);
    if (!sid) return;
    const call = this.call(sid, versions[0].meta.lastUpdated);
    versions.forEach((resource, i) => {
      const record = { type: "Communication", id: resource.id, versionId: resource.meta.versionId, number: i + 1, resource };
      call.versions.push({ time: resource.meta.lastUpdated, record, before: call.versions.at(-1)?.record });
    });
    this.changed(sid);
  }

  // about tells what the list and the head of a call say.
  about(call) {
    const p = call.params;
    if (call.legs.size === 0) return this.aboutRecord(call);
    const inbound = p.Direction === "inbound" && !(p.Caller ?? p.From ?? "").startsWith("client:");
    const identity = (p.Caller ?? p.From ?? "").replace(/^client:/, "");
    const from = inbound ? this.phones.get(p.From) ?? "Somebody" : this.clinician(identity)?.name ?? identity;
    const number = inbound ? p.From : p.To;
    const to = inbound ? "the clinic’s number" : this.phones.get(number) ?? (number ? "a number not on file" : "…");
    const status = this.status(call, inbound);
    return { inbound, from, to, number, ending: ending(number), appointment: this.appointment(p.appointmentId), ...status };
  }

  // aboutRecord is about for a call of which only the record is left.
  aboutRecord(call) {
    const c = call.versions.at(-1)?.record.resource ?? {};
    const word = c.extension?.flatMap((e) => e.extension ?? []).find((e) => e.url === "callStatus")?.valueString;
    const [kind, name, text, more] = WORDS[word] ?? (c.status === "not-done" ? REFUSED : ["", "record", "Recorded", "Only its record is left."]);
    const who = (r) => this.people.get(r?.reference) ?? "Somebody";
    return { from: who(c.sender), to: who(c.recipient?.[0]), appointment: this.appointment(c.basedOn?.[0]?.reference?.split("/")[1]), live: false, kind, icon: name, word: text, more };
  }

  status(call, inbound) {
    const parent = call.legs.get(call.sid)?.status;
    const [childSid, child] = [...call.legs].find(([sid]) => sid !== call.sid) ?? [];
    const ended = FINAL.includes(parent);
    const base = { childSid, memberNumber: child?.to, live: !ended, ringing: false, talking: child?.status === "in-progress" };
    if (inbound) return ended ? { ...base, kind: "", icon: "check", word: "Called back", more: "The words were spoken and the call ended." } : { ...base, kind: "busy", icon: "speech", word: "On the line", more: "The caller hears the words." };
    const words = WORDS[child?.status];
    if (words) return { ...base, kind: words[0], icon: words[1], word: words[2], more: words[3], ringing: child.status === "ringing" };
    if (call.refused) return { ...base, kind: REFUSED[0], icon: REFUSED[1], word: REFUSED[2], more: REFUSED[3] };
    if (ended) return { ...base, kind: parent === "completed" ? "" : "bad", icon: "cross", word: "Ended", more: "The member’s phone was never dialled." };
    return { ...base, kind: "busy", icon: "wait", word: "Connecting", more: "Twilio asks the app what to do." };
  }
}
