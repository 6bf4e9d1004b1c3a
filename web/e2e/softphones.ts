// Pages with the Voice SDK as it comes from npm and nothing of careline's, beside a Twilio of their own: `careline sandbox`
// with an application that dials a client.
import { type ChildProcess, spawn } from "node:child_process";
import { createHmac } from "node:crypto";
import { readFileSync } from "node:fs";
import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { binary } from "./places";

const sdk = readFileSync(
  fileURLToPath(new URL("../node_modules/@twilio/voice-sdk/dist/twilio.min.js", import.meta.url)),
);

// Devices and calls by name, and what became of them, in the order in which it did.
const script = `
const seen = [], devices = {}, calls = {}, messages = [];
function watch(name, call) {
  calls[name] = call;
  for (const event of ["ringing", "accept", "cancel", "reject", "disconnect", "messageSent"]) call.on(event, () => seen.push(name + " " + event));
  call.on("messageReceived", (message) => { messages.push({ to: name, ...message }); seen.push(name + " messageReceived"); });
  call.on("error", (error) => seen.push(name + " error " + error.code));
}
async function plug(name, identity, signalling) {
  const token = await (await fetch("/token?identity=" + identity)).text();
  const chunderw = Object.assign([], { map: () => [signalling] });
  const device = new Twilio.Device(token, { chunderw, publishEvents: false, enableImprovedSignalingErrorPrecision: true, disableAudioContextSounds: true });
  device.on("incoming", (call) => { watch(name, call); seen.push(name + " incoming"); });
  device.on("error", (error) => seen.push(name + " device error " + error.code));
  devices[name] = device;
  if (identity) await device.register();
}
async function dial(name, params) {
  watch(name, await devices[name].connect({ params }));
}
`;

/** What an application answers, and the messages that it was sent. */
export interface Softphones {
  page: string;
  /** Where the SDK is to connect to, at an edge of that name. */
  signalling(edge: string): string;
  /** The forms of messages from browsers. */
  messages: Record<string, string>[];
  /** POSTs to the REST API, below the account. */
  rest(path: string, form: Record<string, string>): Promise<{ status: number; body: Record<string, string> }>;
  stop(): Promise<void>;
}

/** Starts all of it. `twiml` is what the application answers to a call, by its parameters. */
export async function startSoftphones(twiml: (params: URLSearchParams) => string): Promise<Softphones> {
  const messages: Record<string, string>[] = [];
  const settings = new Map<string, string>();
  const server = createServer(async (request, response) => {
    const url = new URL(request.url ?? "/", "http://localhost");
    switch (url.pathname) {
      case "/v1/twilio/outgoing":
        return response.setHeader("Content-Type", "text/xml").end(twiml(await form(request)));
      case "/message":
        messages.push(Object.fromEntries(await form(request)));
        return response.end();
      case "/token":
        return response.end(token(settings, url.searchParams.get("identity") ?? ""));
      case "/twilio.js":
        return response.setHeader("Content-Type", "text/javascript").end(sdk);
      default:
        return response
          .setHeader("Content-Type", "text/html")
          .end(`<!doctype html><title>Softphones</title><script src="/twilio.js"></script><script>${script}</script>`);
    }
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const sandbox = await startSandbox(`http://127.0.0.1:${port}`, settings);
  const api = `${settings.get("TWILIO_API_BASE_URL")}/2010-04-01/Accounts/${settings.get("TWILIO_ACCOUNT_SID")}`;
  const login = Buffer.from(`${settings.get("TWILIO_ACCOUNT_SID")}:${settings.get("TWILIO_AUTH_TOKEN")}`);
  return {
    page: `http://localhost:${port}/`,
    signalling: (edge) => `${settings.get("TWILIO_SIGNALLING_URL")}?edge=${edge}`,
    messages,
    rest: async (path, form) => {
      const headers = { Authorization: `Basic ${login.toString("base64")}` };
      const answer = await fetch(api + path, { method: "POST", headers, body: new URLSearchParams(form) });
      return { status: answer.status, body: (await answer.json()) as Record<string, string> };
    },
    stop: () => stop(sandbox, server),
  };
}

async function form(request: IncomingMessage): Promise<URLSearchParams> {
  let body = "";
  for await (const part of request) body += part;
  return new URLSearchParams(body);
}

/** An access token for an identity, or one that names nobody. */
function token(settings: Map<string, string>, identity: string): string {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");
  const voice = {
    incoming: { allow: true },
    outgoing: { application_sid: settings.get("TWILIO_TWIML_APP_SID") },
  };
  const claims = {
    iss: settings.get("TWILIO_API_KEY"),
    sub: settings.get("TWILIO_ACCOUNT_SID"),
    exp: Math.floor(Date.now() / 1000) + 3600,
    grants: { ...(identity ? { identity } : {}), voice },
  };
  const signed = `${part({ alg: "HS256", typ: "JWT", cty: "twilio-fpa;v=1" })}.${part(claims)}`;
  return `${signed}.${createHmac("sha256", settings.get("TWILIO_API_SECRET") ?? "")
    .update(signed)
    .digest("base64url")}`;
}

/** Starts the sandbox and reads from what it says how an app lives in it. */
async function startSandbox(app: string, settings: Map<string, string>): Promise<ChildProcess> {
  const ports = ["console", "twilio", "fhir", "issuer"].flatMap((door) => [`--${door}-port`, "0"]);
  const child = spawn(binary, ["sandbox", "--app", app, ...ports], { stdio: ["ignore", "pipe", "inherit"] });
  const lines = createInterface({ input: child.stdout as NodeJS.ReadableStream });
  for await (const line of lines) {
    const [, name, value] = line.match(/^\s*export ([A-Z_]+)=(.*)$/) ?? [];
    if (name) settings.set(name, value ?? "");
    if (line.startsWith("Stop with")) break;
  }
  child.stdout?.resume();
  if (!settings.has("TWILIO_API_SECRET")) throw new Error(`${binary} sandbox did not start.`);
  return child;
}

async function stop(child: ChildProcess, server: Server): Promise<void> {
  const ended = new Promise((resolve) => child.once("exit", resolve));
  child.kill("SIGTERM");
  await ended;
  server.closeAllConnections();
  server.close();
}
