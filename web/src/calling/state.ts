// What a screen can show of a call, and the one object through which it acts.
// No React, no SDK: both sides of the app are written to these types.
import type { components } from "../api";

import type { Joined } from "./joined";

export type ServerCall = components["schemas"]["Call"];

/** Where a call is. There is one call at a time; one that is asked about first ("asking") is none yet. */
export type Phase = "idle" | "asking" | "preparing" | "ringing" | "connected" | "reconnecting" | "ended";

/** How a call ended. The SDK cannot tell busy, no-answer or refused: the server's word wins over the browser's guess. */
export type Outcome = "completed" | "busy" | "no-answer" | "failed" | "cancelled" | "refused";

/** What the listener should know about the sound while connected; the worst that holds. */
export type Quality = "good" | "weak" | "no-sound" | "silent-microphone";

/** Why the clinician is asked first: whom the record says to have died, or an appointment that is off. */
export type Doubt = "deceased" | "cancelled" | "missed" | "mistake";

/** Whom a call goes to. */
export interface Target {
  appointment: string;
  /** E.164. */
  number: string;
  /** Literal reference of the person; several may share a number. */
  recipient: string;
  /** Their own; "the patient" when the record has none. Shown and announced; never in a page title. */
  name: string;
  /** What they are to the patient, such as "daughter"; none for a patient. */
  relation?: string;
  /** Last four digits. */
  ending: string;
  /** Digits to be asked for when somebody answers. */
  extension?: string;
  doubts?: readonly Doubt[];
}

/** The room in which a call goes on, as the server last told of it. */
export interface RoomSeen {
  open: boolean;
  /** In it beside the person, also on hold. */
  others: number;
  /** Of those, on hold. */
  held: number;
  /** Of those, clinicians, who would go on without the person. */
  colleagues: number;
}

export interface CallState {
  phase: Phase;
  target: Target;
  /** The clinician's leg, once Twilio has named it. It is also `key` of the server's call. */
  callSid?: string;
  /** Milliseconds since 1970. */
  startedAt: number;
  /** When their phone began to ring. */
  ringingAt?: number;
  answeredAt?: number;
  endedAt?: number;
  /** Kept after the end; from the server once it knows it. */
  seconds?: number;
  muted: boolean;
  quality: Quality;
  /** The member's side, as the server last told it. */
  memberStatus?: NonNullable<ServerCall["status"]>;
  /** Absent for a few seconds after the end of a call that was not answered: only the server knows why. */
  outcome?: Outcome;
  endedBy?: "you" | "them";
  /** The server said that their phone rang. */
  rang?: boolean;
  /** It rang, and they did not want it: nobody is on another call. */
  declined?: boolean;
  /** What answered, as machine detection told it: human, machine_start, … */
  answeredBy?: string;
  /** A sentence for the person: why it was refused or failed. */
  reason?: string;
  /** The code of a refusal. */
  refusal?: string;
  /** The last SIP status of a call that failed. */
  sip?: number;
  /** Keys pressed in this call. */
  digits: string;
  /** It goes on, or went on, in a room. */
  room?: RoomSeen;
  /** It is on another leg than the one it began with. */
  rejoins?: boolean;
  /** The person wants to end it, and is asked whether for all. */
  asksToEnd?: boolean;
  /** The person left; the others went on. */
  left?: boolean;
  /** The service was asked to end it, since the browser alone could not, or not for all. */
  hangUp?: "asked" | "done" | "failed";
}

export type TroubleKind =
  | "token" // the access token could not be had
  | "not-allowed" // the service says that this account may not call
  | "signed-out"
  | "placing" // the call could not be placed: check your connection
  | "loading" // the SDK could not be loaded
  | "elsewhere" // another tab is in a call
  | "microphone-denied"
  | "microphone-dismissed"
  | "microphone-missing"
  | "microphone-in-use"
  | "microphone-blocked-by-system"
  | "insecure-page"
  | "unsupported-browser";

export interface Trouble {
  kind: TroubleKind;
  /** British English, what happened and the way out. */
  sentence: string;
  /** Whether trying the same again can help. */
  retry: boolean;
  /** Whose call it hindered; absent when nobody was being called. */
  target?: Target;
}

export interface Device {
  id: string;
  label: string;
}

export interface SoftphoneState {
  call: CallState | null;
  trouble: Trouble | null;
  /** Somebody else's call that this page is, or was, rung to join. */
  joined?: Joined | null;
  microphone: "unknown" | "ok" | "asking" | "blocked";
  microphones: Device[];
  speakers: Device[];
  microphoneId: string;
  speakerId: string;
  /** Whether the browser lets a page choose the speaker. */
  canChooseSpeaker: boolean;
  /** Another tab of this browser is in a call. */
  elsewhere: boolean;
  /** The browser has lost its network. */
  offline?: boolean;
  /** The microphone that was chosen has gone. */
  microphoneLost?: boolean;
}

/** The one phone of the page. Framework-free; a screen subscribes and shows. */
export interface Softphone {
  getState(): SoftphoneState;
  /** Returns the function that ends the subscription. */
  subscribe(listener: () => void): () => void;
  /** Places a call, or asks first; refused while one is live. Never rejects: what went wrong is in the state. */
  call(target: Target): Promise<void>;
  /** Yes to what is asked before a call; no is `clear`. */
  confirm(): Promise<void>;
  /** Calls the target of the last call again. */
  again(): Promise<void>;
  /** Back into a call of the person's own, which waits for them in its room. */
  rejoin(target: Target, call: string): Promise<void>;
  /** Cancels or ends the live call; in a room it asks first, unless it is told for whom. */
  end(how?: "all" | "leave"): void;
  /** No to what is asked before the end. */
  stay(): void;
  setMuted(muted: boolean): void;
  /** One of 0-9 * #. */
  press(digit: string): void;
  /** Forgets an ended call, a question, and the trouble shown. */
  clear(): void;
  /** Whether this page can be rung to join calls of others. */
  beRung(on: boolean): void;
  /** Joins the call that one is rung for. */
  answer(): Promise<void>;
  decline(): void;
  /** Leaves a joined call; the others go on. */
  leave(): void;
  /** Asks for the microphone if need be and says what came of it. */
  checkMicrophone(): Promise<void>;
  /** Rejects when a call that runs cannot use it: it goes on with the one before. */
  chooseMicrophone(id: string): Promise<void>;
  /** The same for what is heard. */
  chooseSpeaker(id: string): Promise<void>;
  /** Rejects when it cannot be heard on the chosen speaker. */
  playTestSound(): Promise<void>;
  /** Level of the chosen microphone, 0 to 1, about 20 times a second while subscribed to (also outside a call). */
  onInputLevel(listener: (level: number) => void): () => void;
  /** Same for what is heard, during a call. */
  onOutputLevel(listener: (level: number) => void): () => void;
  /** Every call that the server tells of, from the event stream. */
  serverSays(call: ServerCall): void;
  /** How the server says the room of a call to be. */
  roomSays(call: string, room: RoomSeen): void;
  /** Frees the device, timers and channel. */
  close(): void;
}
