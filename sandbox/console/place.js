// "Call": clinician → appointment → number → what that phone does → place it.

import { ask, busy, el, ending, icon, note, phonePath, spaced } from "/dom.js";

const OUTCOMES = [
  ["answer", "Answers"], ["no-answer", "Does not answer"], ["busy", "Is busy"], ["decline", "Declines"],
  ["voicemail", "Voicemail answers"], ["failed", "The call fails"], ["manual", "I press its buttons"],
];
const STATUS = { booked: "Booked", arrived: "Arrived", fulfilled: "Done", cancelled: "Cancelled", noshow: "Missed" };

export function drawPlace(panel, model) {
  const { clinicians } = model.state.clinic;
  const { appointments } = model;
  const chosen = { clinician: clinicians[0].id, appointment: "", number: "" };

  const who = el("select", { id: "clinician", onchange: () => { chosen.clinician = who.value; drawAppointments(); } },
    clinicians.map((c) => el("option", { value: c.id }, c.name)));
  const role = el("span", { class: "hint" });
  const list = el("div", { class: "choices scroll" });
  const numbers = el("div", { class: "choices" });
  const other = el("input", { id: "other", type: "tel", autocomplete: "off", value: "07700 900999", oninput: drawPhone });
  const otherField = el("div", { class: "field", hidden: true }, el("label", { for: "other" }, "Number to dial"), other,
    el("span", { class: "hint" }, "Not on file for this patient: a careful app refuses it."));
  const outcome = el("select", { id: "outcome", onchange: drawTalk }, OUTCOMES.map(([v, t]) => el("option", { value: v }, t)));
  const talk = el("input", { id: "talk", type: "number", min: "0", max: "3600", value: "12", inputmode: "numeric" });
  const talkField = el("div", { class: "field narrow" }, el("label", { for: "talk" }, "Talks (s)"), talk);
  const page = el("a", { target: "_blank", rel: "noopener" });
  const phone = el("div", { class: "field" }, el("div", { class: "row" },
    el("div", { class: "field grow" }, el("label", { for: "outcome" }, "When it rings"), outcome), talkField), page);
  const said = el("div", {});
  let placed = "";
  const place = el("button", { class: "button wide", type: "submit" }, icon("phone"), "Place the call");

  panel.append(el("form", { novalidate: true, onsubmit: (e) => { e.preventDefault(); busy(place, submit); } },
    el("div", { class: "field" }, el("label", { for: "clinician" }, "Clinician"), who, role),
    el("fieldset", { class: "field" }, el("legend", {}, "Appointment today"), list),
    el("fieldset", { class: "field" }, el("legend", {}, "Number"), numbers), otherField, phone,
    el("div", { class: "foot" }, place, said)));

  function radio(group, value, on, main, sub, change) {
    return el("label", { class: "choice" }, el("input", { type: "radio", name: group, value, checked: on, onchange: change }),
      el("span", { class: "main num" }, main), el("span", { class: "sub" }, sub));
  }

  function drawAppointments() {
    role.textContent = model.clinician(chosen.clinician).role;
    const own = appointments.filter((a) => a.practitioner === chosen.clinician);
    chosen.appointment = (own.find((a) => a.status !== "fulfilled") ?? own[0])?.id ?? "";
    list.replaceChildren(...own.map((a) => radio("appointment", a.id, a.id === chosen.appointment,
      `${a.start.slice(11, 16)}  ${model.member(a.patient).name}`, `${a.reason} · ${STATUS[a.status] ?? a.status}`,
      () => { chosen.appointment = a.id; drawNumbers(); })));
    drawNumbers();
  }

  function drawNumbers() {
    const appointment = model.appointment(chosen.appointment);
    const all = [appointment?.patient, ...(appointment?.others ?? [])].map((id) => model.member(id)).filter(Boolean);
    if (!all.length) return numbers.replaceChildren(el("p", { class: "hint" }, "No appointments today."));
    const phones = all.flatMap((member) => [...member.phones.map((p) => ({ ...p, whose: all.length > 1 ? `${p.use}, ${member.name}` : p.use })),
      ...(member.relatives ?? []).flatMap((r) => r.phones.map((p) => ({ ...p, whose: `${r.relationship}, ${r.name}` })))]).filter((p) => p.number);
    chosen.number = phones[0].number;
    numbers.replaceChildren(
      ...phones.map((p, i) => radio("number", p.number, i === 0, spaced(p.number), p.whose, () => pick(p.number))),
      radio("number", "other", false, "Another number", "one that is not the patient’s", () => pick("")));
    pick(chosen.number);
  }

  function pick(number) {
    chosen.number = number;
    otherField.hidden = number !== "";
    drawPhone();
  }

  function dialled() {
    if (chosen.number) return chosen.number;
    return other.value.replace(/[^\d+]/g, "").replace(/^0(?=\d{9,10}$)/, "+44");
  }

  const served = (number) => /^\+44(7700900|2079460|1614960)\d{3}$/.test(number);

  // drawPhone shows what the phone does unless it is told otherwise.
  async function drawPhone() {
    const number = dialled();
    phone.hidden = !served(number);
    if (phone.hidden) return;
    page.href = phonePath(number);
    page.textContent = `Open the phone ${ending(number)} in a new tab`;
    const usual = usually(number);
    outcome.value = usual; talk.value = usual === "voicemail" ? 20 : 12;
    drawTalk();
    const book = await ask("GET", "twilio/phones").catch(() => null);
    const script = book?.phones.find((p) => p.number === number);
    if (!script || number !== dialled()) return;
    outcome.value = script.outcome; talk.value = script.talkSeconds ?? talk.value;
    drawTalk();
  }

  function drawTalk() { talkField.hidden = !["answer", "voicemail"].includes(outcome.value); }

  async function submit() {
    said.replaceChildren();
    const number = dialled();
    if (!number) { said.replaceChildren(note("bad", "Enter the number to dial.")); other.focus(); return; }
    try {
      if (served(number)) {
        const script = { outcome: outcome.value };
        if (!talkField.hidden) script.talkSeconds = Number(talk.value) || 0;
        await ask("PUT", `twilio/phones/${encodeURIComponent(number)}`, script);
      }
      const { callSid } = await ask("POST", "calls", { practitioner: chosen.clinician, appointment: chosen.appointment, to: number });
      model.choose(callSid);
      placed = callSid;
      said.replaceChildren(note("", "The call is placed."));
    } catch (error) {
      said.replaceChildren(note("bad", error.message));
    }
  }

  // "Placed" is news only while the call lasts.
  model.addEventListener("change", () => {
    const call = model.calls.get(placed);
    if (!call || model.about(call).live) return;
    placed = "";
    said.replaceChildren();
  });

  drawAppointments();
}

// usually is twiliobox's table: what a number's last three digits say.
function usually(number) {
  const last = number.slice(-3);
  const fixed = { 404: "failed", 480: "failed", 503: "failed", 486: "busy", 487: "no-answer", 603: "decline" }[last];
  if (fixed) return fixed;
  if (last >= "700" && last <= "709") return "voicemail";
  return last >= "800" && last <= "809" ? "manual" : "answer";
}
