// A member's phone: it rings here, and is answered, declined and hung up here.

import { busy, el, note, spaced } from "/dom.js";
import { Line } from "/phone-line.js";
import { CallSound } from "/phone-call.js";
import { Ringer, meter } from "/phone-sound.js";
import { drawKeypad } from "/phone-keypad.js";
import { drawDoes } from "/phone-does.js";
import { drawCalls } from "/phone-calls.js";

const $ = (id) => document.getElementById(id);
const main = document.querySelector("main");
const number = main.dataset.number;
const line = new Line(number);
const sound = new CallSound($("sound"));
const ringer = new Ringer();

let view = { state: "idle" };
let byHand = !new URLSearchParams(location.search).has("itself");
let last = ""; // how the last call ended
let rang = ""; // the clinic's number that rang here last
let ending = ""; // how this page ended the call, if it did
let error = "";
let keys = { open: false, pressed: "", sent: Promise.resolve() };
let drawn = { buttons: "" };
let stopMeter = null;

const MINUTE = 60;
function elapsed() {
  const s = Math.max(0, Math.floor((Date.now() - Date.parse(view.since)) / 1000)) || 0;
  return `${String(Math.floor(s / MINUTE)).padStart(2, "0")}:${String(s % MINUTE).padStart(2, "0")}`;
}

// take is told every state of the phone.
function take(next) {
  const before = view.state;
  if (next.state !== before) error = "";
  if (next.state === "idle" && before !== "idle") last = ending || (before === "in-call" ? `Ended after ${elapsed()}` : "Missed call");
  if (next.callSid !== view.callSid) keys = { open: false, pressed: "", sent: Promise.resolve() };
  if (next.state !== "idle" && before === "idle") ending = "";
  view = next;
  rang = view.from || rang;
  if (view.state !== "in-call" && sound.open && !sound.opening) sound.close();
  ringer.ring(view.state === "ringing");
  draw();
}

const caller = () => (view.from ? spaced(view.from) : "an unknown number");

function words() {
  if (view.state === "ringing") return `Ringing – call from ${caller()}`;
  if (view.state === "in-call") return sound.muted ? "In call, you are muted" : "In call";
  return last || "Idle";
}

function draw() {
  main.dataset.state = view.state;
  $("band").className = `band ${{ ringing: "busy ringing", "in-call": "good" }[view.state] ?? ""}`;
  if ($("said").textContent !== words()) $("said").textContent = words();
  tick();
  drawButtons();
  $("let").hidden = view.state !== "ringing";
  $("keypad").hidden = !(view.state === "in-call" && keys.open);
  showKeys("pressed", keys.pressed);
  showKeys("digits", view.digits);
  drawMeter();
  drawTrouble();
  does(view, byHand);
  document.title = `${view.state === "ringing" ? "Ringing – phone" : view.state === "in-call" ? "In call – phone" : "Phone"} ending ${number.slice(-4)} – sandbox`;
}

function tick() {
  $("clock").hidden = view.state !== "in-call";
  if (view.state === "in-call") $("clock").textContent = elapsed();
}

function showKeys(id, text) {
  $(id).parentNode.hidden = !text;
  if ($(id).textContent !== (text ?? "")) $(id).textContent = text ?? "";
}

// wantedButtons lists [act, name, class, attributes] of the state.
function wantedButtons() {
  if (view.state === "ringing") return [
    [["answer", "Answer", "button"]],
    [["automatic", "Answer with the automatic voice", "button quiet"]],
    [["decline", "Decline", "button stop"], ["voicemail", "Send to voicemail", "button quiet"]],
  ];
  if (view.state !== "in-call") return [];
  const rows = [[["keypad", "Keypad", "button quiet", { "aria-expanded": String(keys.open), "aria-controls": "keypad" }]]];
  if (sound.microphone) rows[0].unshift(["mute", "Mute", "button quiet", { "aria-pressed": String(sound.muted) }]);
  if (!sound.opening && !sound.microphone) rows.unshift([["connect", "Connect my microphone and speaker", "button"]]);
  return [...rows, [["hangup", "Hang up", "button stop full"]]];
}

function drawButtons() {
  const rows = wantedButtons();
  const wanted = rows.flat();
  const key = wanted.map(([act]) => act).join();
  if (key !== drawn.buttons) {
    drawn.buttons = key;
    const focused = $("buttons").contains(document.activeElement) ? document.activeElement.dataset.act : null;
    const made = rows.map((row) => row.map(([act, name, kind]) => {
      const button = el("button", { type: "button", class: kind, "data-act": act, onclick: () => busy(button, () => press(act)) }, name);
      return button;
    }));
    $("buttons").replaceChildren(...made.map((row) => (row.length > 1 ? el("div", { class: "pair" }, row) : row[0])));
    // Focus stays among the buttons, on what does no harm.
    const all = made.flat();
    const next = (act) => all.find((b) => b.dataset.act === act);
    if (focused) (next(focused) ?? next("mute") ?? next("keypad") ?? all[0])?.focus();
  }
  for (const [act, , , attributes] of wanted) {
    for (const [name, value] of Object.entries(attributes ?? {})) $("buttons").querySelector(`[data-act=${act}]`).setAttribute(name, value);
  }
}

const exchange = async (sdp) => (await line.press("answer", { sdp })).sdp;

async function talk() {
  await sound.connect(exchange);
  if (view.state === "idle") sound.close(); // it ended meanwhile
}

const ACTS = {
  answer: talk,
  connect: talk,
  automatic: () => line.press("answer"),
  decline: () => { ending = "Declined"; return line.press("decline"); },
  voicemail: () => line.press("voicemail"),
  hangup: () => line.press("hangup"),
  mute: () => sound.mute(!sound.muted),
  keypad: () => showKeypad(!keys.open),
};

async function press(act) {
  error = "";
  try {
    await ACTS[act]();
  } catch (why) {
    error = why.message;
    ending = "";
  }
  draw();
}

function showKeypad(open) {
  keys.open = open;
  draw();
  if (open) $("keypad").querySelector("button").focus();
  else $("buttons").querySelector("[data-act=keypad]")?.focus();
}

// pressKey sends one key after the other: they must arrive as they were pressed.
function pressKey(key) {
  const call = keys;
  call.pressed += key;
  call.sent = call.sent.then(() => line.press("digits", { digits: key })).catch((why) => { error = why.message; draw(); });
  draw();
}

function drawMeter() {
  const stream = $("sound").srcObject;
  const on = view.state === "in-call" && sound.open && stream && ringer.unlocked;
  $("meter").hidden = !on;
  if (Boolean(on) === Boolean(stopMeter)) return;
  if (on) stopMeter = meter(ringer.context, stream, $("level"));
  else { stopMeter(); stopMeter = null; }
}

function drawTrouble() {
  const lines = [];
  if (error) lines.push(["bad", error]);
  if (sound.lost && view.state === "in-call") lines.push(["bad", "The sound was lost. The call goes on: connect again."]);
  if (sound.why && view.state === "in-call") lines.push(["warn", sound.why]);
  const key = JSON.stringify(lines);
  if (key === drawn.trouble) return;
  drawn.trouble = key;
  $("trouble").replaceChildren(...lines.map(([kind, text]) => note(kind, text)));
}

function drawRinger() {
  $("ringer").textContent = ringer.on ? "Turn the ringer off" : "Turn the ringer on";
  $("ringer-hint").hidden = ringer.unlocked;
  draw();
}

const does = drawDoes($("does"), async (attends, script) => {
  await line.script(script);
  if (attends === byHand) return;
  byHand = attends;
  history.replaceState(null, "", byHand ? location.pathname : `${location.pathname}?itself`);
  line.attend(byHand);
});

drawCalls($("calls"), number, () => rang);
drawKeypad($("keypad"), pressKey, () => showKeypad(false));
$("ringer").addEventListener("click", () => {
  if (ringer.unlocked) return ringer.turn(!ringer.wanted);
  ringer.turn(true);
  ringer.unlock();
});
// Any press unlocks the ringer; the button above has done it by then.
for (const type of ["click", "keydown"]) document.addEventListener(type, () => { if (!ringer.unlocked) ringer.unlock(); });
ringer.addEventListener("change", drawRinger);
sound.addEventListener("change", draw);
line.addEventListener("phone", (event) => take(event.detail));
line.addEventListener("link", ({ detail: live }) => {
  $("link").className = `link ${live ? "live" : "lost"}`;
  $("link").lastElementChild.textContent = live ? "Live" : "Connection lost. Trying again…";
});
window.addEventListener("pagehide", () => sound.close());
setInterval(tick, 500);
draw();
line.attend(byHand);
