// The outside world, seen and steered through the sandbox's own routes.
import { expect } from "@playwright/test";
import type { System } from "./system";

interface Clinic {
  clinicians: { id: string; name: string }[];
  members: Member[];
  appointments: Booking[];
  cases: { name: string; appointment: Booking; members: Member[] }[];
}

interface Booking {
  id: string;
  practitioner: string;
  patient: string;
  status: string;
}

interface Person {
  id: string;
  name: string;
  phones: { number: string; does: string; written?: string }[];
}

interface Member extends Person {
  relatives?: Person[];
}

export interface PhoneScript {
  outcome: "answer" | "busy" | "no-answer" | "failed" | "voicemail" | "decline" | "manual";
  ringSeconds?: number;
  talkSeconds?: number;
  /** auto, tone:<hz>, silence or echo. */
  voice?: string;
}

export interface PhoneView extends PhoneScript {
  number: string;
  state: "idle" | "ringing" | "in-call";
  callSid?: string;
  digits?: string;
}

interface CallView {
  sid: string;
  status: string;
  legs: { sid: string; status: string; to: string; media?: { packetsIn: number; packetsOut: number } }[];
  transcript: { kind: string; text?: string }[];
}

/** One of the day's unusual appointments (sandbox/clinic_cases.go). */
export interface Unusual extends Visit {
  /** Its patients, in their order. */
  patients: Member[];
  /** The first one's. */
  relative?: Person;
}

/** One appointment, with whom it is. */
export interface Visit {
  id: string;
  clinician: string;
  patient: string;
  patientId: string;
  number: string;
}

export class World {
  constructor(readonly system: System) {}

  /** The appointment of a clinician with a patient, each named by the last word of the name. */
  async visit(clinician: string, patient: string): Promise<Visit> {
    const { clinic } = await this.ask<{ clinic: Clinic }>("GET", `${this.system.console}/console/v1/state`);
    const who = clinic.clinicians.find((one) => one.name.endsWith(clinician));
    const whom = clinic.members.find((one) => one.name.endsWith(patient));
    const found = clinic.appointments.find((one) => one.practitioner === who?.id && one.patient === whom?.id);
    const number = whom?.phones[0]?.number;
    if (!who || !whom || !found || !number) throw new Error(`${clinician} has no appointment with ${patient} today.`);
    return { id: found.id, clinician: who.name, patient: whom.name, patientId: whom.id, number };
  }

  async unusual(name: string): Promise<Unusual> {
    const { clinic } = await this.ask<{ clinic: Clinic }>("GET", `${this.system.console}/console/v1/state`);
    const found = clinic.cases.find((one) => one.name === name);
    const who = clinic.clinicians.find((one) => one.id === found?.appointment.practitioner);
    const [first] = found?.members ?? [];
    const number = first?.phones.find((phone) => phone.number)?.number;
    if (!found || !who || !first || !number) throw new Error(`The clinic has no case called ${name}.`);
    const relative = first.relatives?.[0];
    return {
      id: found.appointment.id,
      clinician: who.name,
      patient: first.name,
      patientId: first.id,
      number,
      patients: found.members,
      ...(relative ? { relative } : {}),
    };
  }

  async script(number: string, script: PhoneScript): Promise<void> {
    await this.sandbox("PUT", `/phones/${encodeURIComponent(number)}`, script);
  }

  async phone(number: string): Promise<PhoneView> {
    return this.sandbox<PhoneView>("GET", `/phones/${encodeURIComponent(number)}`);
  }

  /** A member rings the clinic's number. */
  async ringBack(from: string): Promise<void> {
    const { numbers } = await this.ask<{ numbers: string[] }>("GET", `${this.system.console}/console/v1/state`);
    await this.sandbox("POST", "/incoming", { from, to: numbers[0] });
  }

  async act(number: string, act: "answer" | "decline" | "hangup" | "voicemail" | "digits", body: object = {}) {
    await this.sandbox("POST", `/phones/${encodeURIComponent(number)}/${act}`, body);
  }

  async rings(number: string): Promise<void> {
    await expect.poll(async () => (await this.phone(number)).state, { message: "the phone rings" }).toBe("ringing");
  }

  async isIdle(number: string): Promise<void> {
    await expect.poll(async () => (await this.phone(number)).state, { message: "the phone is free" }).toBe("idle");
  }

  call(sid: string): Promise<CallView> {
    return this.sandbox<CallView>("GET", `/calls/${sid}`);
  }

  /** How many calls have reached Twilio so far. */
  async callsPlaced(): Promise<number> {
    return (await this.sandbox<{ calls: CallView[] }>("GET", "/calls")).calls.length;
  }

  async network(state: { signalling?: boolean; media?: boolean }): Promise<void> {
    await this.sandbox("PUT", "/network", { signalling: true, media: true, ...state });
  }

  /** The health record's database is down, for everything, until it is said to be back. */
  async recordDown(down: boolean): Promise<void> {
    await this.ask("PUT", `${this.system.console}/console/v1/fhir/faults`, down ? [{ down: true }] : []);
  }

  /** Every version of a Communication, oldest first. */
  async history(communication: string): Promise<Record<string, unknown>[]> {
    const at = `${this.system.console}/console/v1/records/Communication/${communication}/_history`;
    const bundle = await this.ask<{ entry?: { resource: Record<string, unknown> }[] }>("GET", at);
    return (bundle.entry ?? []).map((e) => e.resource).reverse();
  }

  /** The Communications about a patient, newest first. */
  async communications(patient: string): Promise<Record<string, unknown>[]> {
    const at = `${this.system.console}/console/v1/records/Communication?subject=Patient/${patient}&_sort=-_lastUpdated&_count=100`;
    const bundle = await this.ask<{ entry?: { resource: Record<string, unknown> }[] }>("GET", at);
    return (bundle.entry ?? []).map((e) => e.resource);
  }

  /** Ends whatever call is on, so that the next test begins with none. */
  async hush(): Promise<void> {
    await this.network({});
    await this.recordDown(false);
    const { calls } = await this.sandbox<{ calls: CallView[] }>("GET", "/calls");
    for (const call of calls) {
      if (["queued", "initiated", "ringing", "in-progress"].includes(call.status)) {
        await fetch(`${this.system.twilio}/sandbox/v1/calls/${call.sid}/hangup`, { method: "POST" });
      }
    }
  }

  private sandbox<T>(method: string, path: string, body?: object): Promise<T> {
    return this.ask<T>(method, `${this.system.twilio}/sandbox/v1${path}`, body);
  }

  private async ask<T = unknown>(method: string, url: string, body?: object): Promise<T> {
    const request: RequestInit = { method, headers: { "Content-Type": "application/json" } };
    if (body !== undefined) request.body = JSON.stringify(body);
    const answer = await fetch(url, request);
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${method} ${url} answered ${answer.status}: ${text}`);
    return (text ? JSON.parse(text) : undefined) as T;
  }
}
