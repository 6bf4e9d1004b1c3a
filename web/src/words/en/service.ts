// What the service says, by its codes: how a call stands, and why something was refused, failed or could not be done.
// It has a sentence for each itself, for the record, the telephone and other apps (outcomewords.go, access.go, failure.go,
// reasons.go); service.test.ts holds these to those, and the compiler to what openapi.yaml lists.
import type { components } from "../../api";

type Schemas = components["schemas"];

export default {
  outcome: {
    unknown: {
      summary: "Not known yet",
      history: "Not known yet",
      list: "Not known yet",
    },
    refused: {
      summary: "Not placed",
      card: "The call was not placed",
      history: "Call not placed",
      list: "Not placed",
    },
    requested: {
      summary: "Requested",
      history: "Call started",
      list: "Calling now",
    },
    queued: {
      summary: "Waiting to be dialled",
      history: "Waiting to be dialled",
      list: "Calling now",
    },
    dialling: {
      summary: "Dialling",
      history: "Dialling",
      list: "Calling now",
    },
    ringing: {
      summary: "Ringing",
      card: "Calling…",
      history: "Ringing",
      list: "Calling now",
    },
    answered: {
      summary: "Answered",
      card: "Connected",
      history: "Call answered",
      list: "In a call now",
    },
    "person-answered": {
      summary: "Answered by a person",
      history: "Call answered",
      list: "In a call now",
    },
    "machine-answered": {
      summary: "Voicemail answered",
      card: "Voicemail: leave no clinical detail",
      history: "Voicemail answered",
      list: "Voicemail answered",
    },
    "fax-answered": {
      summary: "Answered by a fax machine",
      card: "A fax machine answered",
      history: "A fax machine answered",
      list: "In a call now",
    },
    ended: {
      summary: "Answered",
      card: "Call ended",
      history: "Call ended",
      list: "Call ended",
    },
    "ended-with-person": {
      summary: "Answered by a person",
      history: "Call ended",
      list: "Answered",
    },
    "ended-with-machine": {
      summary: "Left for voicemail",
      card: "Left for voicemail",
      history: "Left for voicemail",
      list: "Left for voicemail",
    },
    "ended-with-fax": {
      summary: "Answered by a fax machine",
      history: "Call ended",
      list: "A fax machine answered",
    },
    declined: {
      summary: "Declined",
      card: "Call declined",
      history: "Call declined",
      list: "Declined",
    },
    busy: {
      summary: "The line was busy",
      card: "Line busy",
      history: "Line busy",
      list: "Line busy",
    },
    "no-answer": {
      summary: "No answer",
      card: "No answer",
      history: "No answer",
      list: "No answer",
    },
    "given-up": {
      summary: "Ended before it was answered",
      card: "Call cancelled",
      history: "Cancelled before answer",
      list: "Cancelled",
    },
    failed: {
      summary: "Could not be connected",
      card: "The call did not go through",
      history: "The call did not go through",
      list: "Did not go through",
    },
  },
  refusal: {
    "not-our-account": "This call did not come from the clinic’s own calling app, so it was not placed.",
    "unknown-caller": "We could not tell who is calling. Please sign in again and call once more.",
    "appointment-malformed":
      "The app did not say which appointment this call is for. Please open the appointment and call from there.",
    "appointment-not-found": "We could not find this appointment. Please open it again from today’s list.",
    "not-a-participant": "You are not booked on this appointment, so you cannot call its patient.",
    "number-malformed": "This telephone number is not complete. Please check the patient’s record.",
    "number-not-on-file":
      "This number is not on file for the appointment’s patient. Please check the patient’s record.",
    "number-type-not-allowed": "This kind of number cannot be called from here.",
    "country-not-allowed": "Calls to this country are not allowed.",
    "too-many-calls-in-a-short-time": "You have placed many calls in a short time. Please wait a minute and try again.",
    "too-many-calls-at-once": "You are already in a call. Please end it before you place another.",
    "health-record-unavailable": "We cannot check the appointment at the moment. Please try again in a minute.",
    "no-caller-id-available": "No telephone number is available to call from. Please try again, or tell your IT team.",
    "patient-deceased":
      "The record says that this patient has died. Please confirm that you want to reach the household, then call again.",
    "number-shared":
      "This number is on file for more than one patient of the appointment. Please choose the person in the app, then call again.",
    "number-unreadable":
      "This number is not on file for the appointment’s patient, and an entry there cannot be read as a telephone number. Please correct the patient’s record.",
    "appointment-too-far-away":
      "This appointment is too long ago, or too far away, to call for it. Please open one that is nearer to today.",
  } satisfies Record<Schemas["RefusalCode"], string>,
  refusalUnknown: "This call could not be placed. Please try again.",
  failure: {
    "number-invalid": "This is not a telephone number that can be dialled.",
    "number-refused": "The carrier does not connect calls to this number.",
    "country-not-enabled": "The clinic’s telephone account may not call this country. Please tell your IT team.",
    "caller-id-unusable": "The clinic’s own number could not be used for the call. Please tell your IT team.",
    "account-cannot-call": "The clinic’s telephone account cannot place this call. Please tell your IT team.",
    "not-in-service": "The number does not exist, or is not in service.",
    "number-incomplete": "The number is not complete.",
    unreachable: "The telephone could not be reached: it may be switched off, or out of range.",
    "not-let-through": "The telephone network did not let the call through.",
    busy: "The line was busy.",
    "turned-away": "The call was turned away.",
    "not-acceptable": "The telephone did not accept this kind of call.",
    "network-fault": "The telephone network had a fault. Please try again.",
    unknown: "The carrier could not connect the call.",
  } satisfies Record<Schemas["FailureKind"], string>,
  reason: {
    "too-late":
      "This call ended more than 24 hours ago, so it can no longer be noted here. Please write it in the patient’s chart.",
    "not-placed": "This call was not placed, so nothing can have come of it. Please write it in the patient’s chart.",
    "feature-off": "This is switched off at your clinic. Please ask your IT team if you need it.",
    "not-in-progress": "This is possible only while they are connected. Please look how the call stands.",
    over: "This call has ended already.",
    "move-failed": "The call could not be changed, and goes on as before. Please try again in a moment.",
    "room-full": "The call is full. Somebody would have to leave first.",
    "already-in": "They are in this call already, or being dialled.",
    "last-member": "Nobody else is on the line with you. Please end the call instead.",
    "number-not-on-file":
      "Only people with a number on file, people of your clinic’s list and clinicians who are signed in can be added. Please choose somebody from the list.",
    "consent-missing": "The person called was not told that this call is recorded, so it cannot be.",
    "consent-declined": "The person called does not want to be recorded.",
    already: "That has happened already.",
    "not-ready": "The sound of this recording is still being made. Please try again in a minute.",
    gone: "This recording is deleted.",
    "note-outcome": "This is not one of the outcomes that a call can have. Please choose one of those shown.",
    "note-too-long":
      "The note is longer than 1,000 characters. Please shorten it; the rest belongs in the patient’s chart.",
    "note-unreadable": "The note holds characters that cannot be shown. Please type it again instead of pasting it.",
    "no-clinician-role":
      "Your account may not make calls here. If you are a clinician, ask your manager or your IT team to give you access, then sign in again.",
    "no-auditor-role":
      "Only auditors may see every call. If you are one, ask your manager or your IT team to give you access, then sign in again.",
    "no-reviewer-role":
      "Only reviewers may see what others recorded, or delete a recording. If the person called does not want it, say so in the call, or ask a reviewer.",
    "no-supervisor-role":
      "Only supervisors may see the calls that go on. If you are one, ask your manager or your IT team to give you access, then sign in again.",
    "other-organisation":
      "You are a clinician of another organisation than the one you are signed in to. Choose that one, then try again.",
    "not-linked":
      "Your account is not linked to you in the health record. Please ask your IT team to link it, then sign in again.",
    "not-booked": "You are not booked on this appointment.",
    "not-holder": "Only the clinician who began the call can put somebody on hold.",
    "no-such-appointment": "There is no such appointment. Please open it again from the list.",
    "no-such-number": "This number is not on file for the appointment. Please open the appointment again.",
    "no-such-call": "There is no such call of yours. Please open it again from its appointment.",
    "no-such-party": "There is nobody of this name in the call.",
    "no-such-recording": "There is no such recording. Please open it again from its call.",
    "nothing-recorded": "Nothing was recorded here.",
    forgotten: "There is no such call. It may have been forgotten: calls are kept for a time only.",
    "record-away":
      "The health record does not answer as it should at the moment. Please try again in a minute; if it stays so, tell your IT team.",
    "telephony-away":
      "The telephone service does not answer as it should at the moment. Please try again in a minute; if it stays so, tell your IT team.",
    "log-away": "The service cannot look up its calls at the moment. Please try again in a minute.",
    "session-unchecked": "Your session cannot be checked at the moment. Please try again in a minute.",
    "consent-unread":
      "Whether this patient refuses recordings cannot be read at the moment, so the call is not recorded. Please try again in a moment.",
    "not-noted": "It could not be noted that you asked for this, so it was not done. Please try again in a moment.",
    "no-caller-id":
      "No telephone number is available to call from. Please try again in a minute, or tell your IT team.",
    "took-too-long": "This took too long. Please try again in a moment.",
    "streams-full": "Live updates are full at the moment. Calls can still be made; this page asks again by itself.",
  } satisfies Record<Schemas["Reason"], string>,
  /** Of a problem without a reason. The service may say more, of one place: what a nurse can do is the same. */
  code: {
    invalid: "The service could not read this. Please try again; if it happens again, tell your IT team the reference.",
    unauthenticated: "You are not signed in. Please sign in.",
    forbidden: "You may not do this. If you should, ask your manager or your IT team.",
    "not-found": "This is not there any more. Please open it again from the list.",
    conflict: "Somebody else changed this at the same time. Please try again.",
    unavailable: "This is not available at the moment. Please try again in a minute.",
    rejected: "This cannot be done at the moment. Please tell your IT team the reference.",
    internal:
      "Something went wrong on our side. Please try again. If it happens again, tell your IT team the reference.",
    "method-not-allowed": "This page asked for something that the service does not do. Please load the page again.",
    "too-large": "The request is larger than it can be. Please send less.",
    "origin-not-allowed": "This page may not use the service from this address. Please tell your IT team.",
    "too-many-requests": "You have done this many times in a short time. Please wait a few seconds, then try again.",
  } satisfies Record<Schemas["Problem"]["code"], string>,
} as const;
