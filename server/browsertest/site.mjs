// What the tests stand on: the program, servers of it, a browser, and a page that notes what goes wrong in it.
import { execFile, execFileSync, spawn } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { createInterface } from "node:readline";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { chromium } from "playwright-core";

export const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "../..");

const run = promisify(execFile);
const after = []; // what is to be ended, the last first

// end ends what was started.
export async function end() {
  while (after.length) await after.pop()();
}

// folder makes a folder that is gone at the end.
function folder() {
  const dir = mkdtempSync(path.join(tmpdir(), "prorata-browsertest-"));
  after.push(() => rmSync(dir, { recursive: true, force: true }));
  return dir;
}

let built;

// program is the command to test: the one that PRORATA names, else one built from this checkout.
function program() {
  if (process.env.PRORATA) return path.resolve(process.env.PRORATA);
  if (!built) {
    built = path.join(folder(), "prorata");
    execFileSync("go", ["build", "-pgo=off", "-o", built, "./cmd/prorata"], { cwd: root, stdio: "inherit" });
  }
  return built;
}

// serve starts a server on a free port, and returns its address once it listens.
async function serve(args, cwd) {
  const server = spawn(program(), ["serve", "--listen", "127.0.0.1:0", ...args], { cwd, stdio: ["ignore", "pipe", "pipe"] });
  let said = "";
  server.stderr.on("data", (text) => (said += text));
  const ended = new Promise((resolve) => server.on("exit", resolve));
  after.push(async () => {
    server.kill("SIGINT");
    await ended;
  });
  for await (const line of createInterface(server.stdout)) {
    const at = line.match(/ on (http:\S+?)\/?$/);
    if (at) return at[1];
  }
  throw new Error(`the server ended before it listened: ${said}`);
}

// demo serves the demonstration, whose clock stands still.
export const demo = () => serve(["--demo"]);

// store serves a new store of the demonstration's price list, empty, with a token that writes and one that reads, and runs commands
// beside it. It is made with more arguments where there are some.
export async function store(...more) {
  const dir = folder();
  const prorata = async (...args) => (await run(program(), args, { cwd: dir })).stdout.trim();
  await prorata("init", "--store", "books.db", "--packages", path.join(root, "testdata/demo/packages.json"), ...more);
  const write = await prorata("token", "add", "--store", "books.db", "--name", "anna", "--write");
  const read = await prorata("token", "add", "--store", "books.db", "--name", "ben", "--read");
  return { url: await serve(["--store", "books.db", "--quiet"], dir), write, read, prorata };
}

// record sends events to a store.
export async function record(site, ...events) {
  const answer = await fetch(`${site.url}/v1/events`, {
    method: "POST",
    headers: { Authorization: `Bearer ${site.write}`, "Content-Type": "application/json" },
    body: JSON.stringify(events),
  });
  if (!answer.ok) throw new Error(`recording: ${answer.status} ${await answer.text()}`);
}

// hasProgram reports whether a program can be run by its name.
export const hasProgram = (name) => process.env.PATH.split(":").some((dir) => existsSync(path.join(dir, name)));

// browse starts Debian's Chromium, or the one that CHROMIUM names.
export async function browse() {
  const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: ["--no-sandbox", "--disable-dev-shm-usage"] });
  after.push(() => browser.close());
  return browser;
}

// open opens a page of its own, without cookies, that notes in wrong what should not be: errors and warnings of the console,
// requests that fail, and requests to another host. What is expected of a test, such as a page that is not there, is taken out by it.
export async function open(browser, options = {}) {
  const { width = 1440, height = heights[width] ?? 900, scheme = "light", ...more } = options;
  const context = await browser.newContext({ viewport: { width, height }, colorScheme: scheme, locale: "en-GB", timezoneId: "UTC", reducedMotion: "reduce", ...more });
  const page = await context.newPage();
  page.setDefaultTimeout(15_000);
  page.wrong = [];
  page.on("console", (m) => ["error", "warning"].includes(m.type()) && page.wrong.push(`console: ${m.text()}`));
  page.on("pageerror", (e) => page.wrong.push(`script: ${e.message}`));
  page.on("dialog", (d) => (page.wrong.push(`dialog: ${d.message()}`), d.dismiss()));
  page.on("requestfailed", (r) => page.wrong.push(`request: ${r.url()}: ${r.failure()?.errorText}`));
  page.on("request", (r) => {
    const { protocol, hostname } = new URL(r.url());
    if (protocol !== "data:" && hostname !== "127.0.0.1") page.wrong.push(`request to another host: ${r.url()}`);
  });
  return page;
}

// heights are those of the windows at the widths that are looked at.
export const heights = { 390: 844, 1024: 768, 1440: 900 };

// signIn signs in with a token.
export async function signIn(page, site, token) {
  await page.goto(`${site.url}/sign-in`);
  await page.getByLabel("Token").fill(token);
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.waitForURL((url) => url.pathname === "/");
}

// cents reads an amount as it is shown.
export function cents(text) {
  const [, minus, number] = text.match(/(−?)\$([\d,]+\.\d\d)/);
  return Number(number.replaceAll(/[,.]/g, "")) * (minus ? -1 : 1);
}
