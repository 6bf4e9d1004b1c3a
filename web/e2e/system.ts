// The program under test: `careline demo` in a process of its own, with a Twilio,
// a health record and a sign-in beside it.
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { binary } from "./places";

/** Addresses, as the demo tells them. */
interface Addresses {
  app: string;
  console: string;
  twilio: string;
  fhir: string;
  issuer: string;
  /** The page of one member's phone. */
  phone: string;
}

export interface System extends Addresses {
  /** All that the program has said so far. */
  log(): string;
  stop(): Promise<void>;
}

const readyWithin = 60_000;
const stopWithin = 15_000;

/** What the demo has switched on, and a test only where it asks for it. */
const plain = { CONFERENCE: "false", RECORDING: "off" };

/** Starts the program with these settings on top of the demo's own, and waits until it is ready. */
export async function startSystem(settings: Record<string, string>): Promise<System> {
  const zone = morning(new Date());
  const args = ["demo", "--json", "--port", "0", "--console-port", "0"];
  for (const [name, value] of Object.entries({ CLINIC_TIME_ZONE: zone, ...plain, ...settings })) {
    args.push("--set", `${name}=${value}`);
  }
  const child = spawn(binary, args, { stdio: ["pipe", "pipe", "pipe"], env: { ...process.env, TZ: zone } });
  const said: string[] = [];
  child.stderr.on("data", (data: Buffer) => said.push(data.toString()));
  const addresses = await firstLine(child, said);
  return { ...addresses, log: () => said.join(""), stop: () => stop(child) };
}

async function firstLine(child: ChildProcess, said: string[]): Promise<Addresses> {
  const lines = createInterface({ input: child.stdout as NodeJS.ReadableStream });
  const told = new Promise<Addresses>((resolve) => {
    lines.on("line", (line) => {
      said.push(`${line}\n`);
      if (line.startsWith('{"app"') || line.startsWith('{ "app"')) resolve(JSON.parse(line) as Addresses);
    });
  });
  const failed = new Promise<never>((_, reject) => {
    const sorry = (why: string) => reject(new Error(`${binary} demo ${why}. It said:\n${said.join("")}`));
    child.once("error", (e) => sorry(`did not start: ${e.message}`));
    child.once("exit", (code) => sorry(`ended with status ${code} before it was ready`));
    setTimeout(() => sorry(`was not ready within ${readyWithin / 1000} s`), readyWithin).unref();
  });
  try {
    return await Promise.race([told, failed]);
  } catch (e) {
    child.kill("SIGKILL");
    throw e;
  }
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, "exit");
  child.kill("SIGTERM");
  const overdue = setTimeout(() => child.kill("SIGKILL"), stopWithin);
  await ended;
  clearTimeout(overdue);
}

// The clinic's time zone is one where it is between ten and eleven in the morning,
// so that a run never crosses the clinic's midnight and pictures look alike.
function morning(now: Date): string {
  const hours = now.getUTCHours();
  const east = hours === 23 ? 11 : 10 - hours;
  if (east === 0) return "Etc/GMT";
  return east > 0 ? `Etc/GMT-${east}` : `Etc/GMT+${-east}`; // the names count westwards
}
