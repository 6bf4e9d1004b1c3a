// Small helpers to build the page: elements, icons, requests.

const SVG = "http://www.w3.org/2000/svg";

// el makes an element: el("p", {class: "hint"}, "text", child, …). Attributes
// whose value is false or null are left out; on* ones are listeners.
export function el(name, attributes = {}, ...children) {
  const node = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value === false || value === null || value === undefined) continue;
    if (key.startsWith("on")) node.addEventListener(key.slice(2), value);
    else node.setAttribute(key, value === true ? "" : value);
  }
  node.append(...children.flat().filter((c) => c !== null && c !== undefined && c !== false));
  return node;
}

export function icon(name) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("class", "icon");
  svg.setAttribute("aria-hidden", "true");
  for (const [k, v] of Object.entries({ fill: "none", stroke: "currentColor", "stroke-width": "2", "stroke-linecap": "round", "stroke-linejoin": "round" })) svg.setAttribute(k, v);
  const use = document.createElementNS(SVG, "use");
  use.setAttribute("href", `/icons.svg#${name}`);
  svg.append(use);
  return svg;
}

// note is a boxed sentence; kind is good, warn, bad or "".
export function note(kind, text) {
  const name = { good: "check", warn: "warn", bad: "warn" }[kind];
  return el("p", { class: `note ${kind}`, role: kind === "bad" ? "alert" : "status" }, name ? icon(name) : null, el("span", {}, text));
}

// ask sends JSON to the console's API and returns the answer's JSON; its error's
// message is a sentence for people.
export async function ask(method, path, body) {
  let response;
  try {
    response = await fetch(`/console/v1/${path}`, {
      method,
      headers: body === undefined ? {} : { "Content-Type": "application/json" },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
  } catch {
    throw new Error("The sandbox does not answer. Is it still running?");
  }
  const text = await response.text();
  let data = null;
  try { data = text ? JSON.parse(text) : null; } catch { /* a body that is not JSON tells nothing more */ }
  if (!response.ok) throw new Error(capital(data?.message || data?.error || data?.issue?.[0]?.details?.text || `The sandbox answered ${response.status}.`));
  return data;
}

export const capital = (text) => (text ? text[0].toUpperCase() + text.slice(1) : "");
export const clock = (iso) => new Date(iso).toLocaleTimeString("en-GB", { hour12: false }) + "." + String(new Date(iso).getMilliseconds()).padStart(3, "0");
// phonePath is the page of a member's phone.
export const phonePath = (number) => `/phones/${number}`;
export const ending = (number) => (number ? `ending ${number.slice(-4)}` : "");
export const spaced = (number) => {
  let m = /^\+44(7\d{3})(\d{3})(\d{3})$/.exec(number);
  if (m) return `0${m[1]} ${m[2]} ${m[3]}`;
  m = /^\+44(20)(\d{4})(\d{4})$/.exec(number) ?? /^\+44(161)(\d{3})(\d{4})$/.exec(number);
  return m ? `0${m[1]} ${m[2]} ${m[3]}` : number;
};

// atMost makes of work one that runs no more often than every so many milliseconds: at once where it has not run lately, and
// else once, when that time is over, for all who asked.
export function atMost(milliseconds, work) {
  let ran = -Infinity;
  let waiting = false;
  const run = () => {
    waiting = false;
    ran = performance.now();
    work();
  };
  return () => {
    if (waiting) return;
    waiting = true;
    const wait = ran + milliseconds - performance.now();
    if (wait <= 0) requestAnimationFrame(run);
    else setTimeout(() => requestAnimationFrame(run), wait);
  };
}

// busy disables a button while work runs, and keeps its focus afterwards.
export async function busy(button, work) {
  if (button.getAttribute("aria-busy") === "true") return;
  button.setAttribute("aria-busy", "true");
  try { await work(); } finally { button.removeAttribute("aria-busy"); }
}
