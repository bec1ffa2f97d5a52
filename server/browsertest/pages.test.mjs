// Every page, at the width of a phone, a tablet and a desktop screen, light and dark. With PICTURES=DIR, pictures of most are written there.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdirSync } from "node:fs";
import path from "node:path";
import { after, before, describe, test } from "node:test";
import { bytesOf, faint, inaccessible, offPaper, outOfSight, tooWide, unreachable } from "./look.mjs";
import { browse, demo, end, hasProgram, heights, open, root, signIn, store } from "./site.mjs";

const someone = "/account?name=northgate-news%40example.com";

// Pages of the demonstration, and how to get there where an address is not enough.
const ofDemo = {
  "home": "/",
  "accounts": "/accounts",
  "accounts-none": "/accounts?q=nobody-is-called-that",
  "account": someone,
  "account-what-if": `${someone}&what=change&package=Gold&effective=immediately&day=`,
  "account-void": `${someone}&what=void&event=evt-0003`,
  "invoices": "/invoices",
  "balance": "/balance",
  "invoice": "/invoices?account=northgate-news%40example.com",
  "runs": "/runs",
  "preview": "/runs/preview",
  "reconcile": "/reconcile",
  "reconciliation": "/reconciliation?number=1",
  "reconciliation-none": "/reconciliation?number=1&class=ambiguous",
  "group": "/reconciliation/group?number=1&group=3",
  "tables": "/reconcile",
  "tables-wrong": "/reconcile",
  "reconcile-wrong": "/reconcile",
  "settings": "/settings",
  "docs": "/docs",
};

// Those of a store of its own: who has to sign in, who may only read, and what there is when there is nothing.
const ofStore = {
  "sign-in": "/sign-in",
  "sign-in-wrong": "/sign-in",
  "empty-home": "/",
  "empty-accounts": "/accounts",
  "empty-invoices": "/invoices",
  "empty-runs": "/runs",
  "empty-preview": "/runs/preview",
  "empty-reconcile": "/reconcile",
  "store-settings": "/settings",
  "missing": "/nothing",
  "wrong-question": "/invoices?from=yesterday",
  "only-reads": "/runs/preview",
};

// give gives documents to be reconciled.
const give = async (page, files, then) => {
  await page.getByLabel("Documents, and mappings of tables").setInputFiles(files.map((f) => (typeof f === "string" ? path.join(root, "testdata", f) : f)));
  await page.getByRole("button", { name: "Reconcile", exact: true }).click();
  await page.getByText(then).first().waitFor();
};
const odd = { name: "odd.csv", mimeType: "text/csv", buffer: Buffer.from("Who;Since;Sum\n<b>a</b>;1.2.2026;1.234\n") };

// There is more to do before some pages are what they are looked at for.
const steps = {
  "invoice": (page) => page.locator('tbody a[href^="/invoice?"]').first().click(),
  "tables": (page) => give(page, ["documents/november.csv", "documents/pax8.csv", "reconcile/invoices.xml"], "How the tables are read"),
  "tables-wrong": (page) => give(page, [odd], "What the table does not show"),
  "reconcile-wrong": (page) => give(page, [{ name: "cut.json", mimeType: "application/json", buffer: Buffer.from('{"invoices": [') }], "Nothing was compared"),
  "sign-in-wrong": async (page) => {
    await page.getByLabel("Token").fill("prorata_nothing");
    await page.getByRole("button", { name: "Sign in" }).click();
    await page.getByText("That is no token").waitFor();
  },
};

// Pages that are much like another: they are looked at, and their pictures are not kept.
const notShown = ["accounts-none", "reconciliation-none", "tables-wrong", "reconcile-wrong", "empty-reconcile", "account-void", "sign-in-wrong", "empty-accounts", "empty-invoices", "empty-runs", "empty-preview", "store-settings", "wrong-question", "only-reads"];

// Of a long page that is for programmers, two pictures are enough.
const shownAt = { "docs": ["1440-light", "390-dark"] };

// What the console says of a page that is not there, or of a question that is wrong, is as it should be.
const refused = { "missing": /status of 404/, "wrong-question": /status of 400|value "yesterday" does not conform/, "sign-in-wrong": /status of 401/, "reconcile-wrong": /status of 422/ };

const looks = Object.keys(heights).flatMap((width) => ["light", "dark"].map((scheme) => ({ width: Number(width), scheme })));
const pictures = process.env.PICTURES && path.resolve(root, process.env.PICTURES);
const taken = [];
if (pictures && !hasProgram("pngquant")) throw new Error("PICTURES needs pngquant, which makes the pictures small: install Debian's package pngquant, or unset PICTURES");

// Axe is slow: with EVERYTHING=1 it checks all six combinations, otherwise the phone in light and the desktop in dark.
const everything = process.env.EVERYTHING;
const quick = { axe: [0, 5] };
let browser, site, own;

before(async () => {
  [browser, site, own] = await Promise.all([browse(), demo(), store()]);
  if (pictures) mkdirSync(pictures, { recursive: true });
});
after(end);
after(() => {
  if (taken.length) execFileSync("pngquant", ["--force", "--ext=.png", "--strip", "--skip-if-larger", "--speed=1", "64", "--", ...taken]);
});

// token is what a page is opened with.
const token = (name) => (name.startsWith("sign-in") ? undefined : name === "only-reads" ? own.read : own.write);

// visit opens a page as it is looked at, in a window of its own.
async function visit(name, url) {
  const page = await open(browser, looks[0]);
  page.bytes = await bytesOf(page);
  if (url.startsWith(own.url) && token(name)) await page.context().addCookies([await cookie(token(name))]);
  await page.goto(url);
  await steps[name]?.(page);
  await page.waitForLoadState("load");
  page.wrong = page.wrong.filter((w) => !refused[name]?.test(w));
  return page;
}

const cookies = {};

// cookie is the session of a token: one sign-in for all pages, by the page for it.
async function cookie(secret) {
  return (cookies[secret] ??= (async () => {
    const page = await open(browser);
    await signIn(page, own, secret);
    const [session] = await page.context().cookies();
    await page.context().close();
    return session;
  })());
}

async function checked(name, url) {
  const page = await visit(name, url);
  const found = [];
  if (await page.locator("h1").count() !== 1) found.push("expected one heading of the first level");
  if (page.bytes() === 0 || page.bytes() > 60 << 10) found.push(`${page.bytes()} bytes for a first look, expected at most ${60 << 10}`);
  for (const [i, { width, scheme }] of looks.entries()) {
    await page.setViewportSize({ width, height: heights[width] });
    await page.emulateMedia({ colorScheme: scheme });
    const wrong = [...await tooWide(page), ...await outOfSight(page), ...await faint(page)];
    if (pictures && (everything || !notShown.includes(name) && (shownAt[name]?.includes(`${width}-${scheme}`) ?? true))) await picture(page, `site-${name}-${width}-${scheme}.png`, width);
    if (everything || quick.axe.includes(i)) wrong.push(...await inaccessible(page));
    found.push(...wrong.map((w) => `${width} px, ${scheme}: ${w}`));
  }
  found.push(...await offPaper(page));
  await page.setViewportSize({ width: 320, height: 640 }); // the narrowest that WCAG asks for
  found.push(...(await tooWide(page)).map((w) => `320 px: ${w}`), ...await unreachable(page), ...page.wrong);
  await page.context().close();
  assert.deepEqual(found, [], `${name} has something wrong`);
}

// picture takes a picture of a page, of a long one no more than its upper part.
async function picture(page, name, width) {
  const height = await page.evaluate(() => document.documentElement.scrollHeight);
  const clip = { x: 0, y: 0, width, height: Math.min(height, Math.max(1600, heights[width])) };
  const file = path.join(pictures, name);
  await page.screenshot({ path: file, fullPage: true, clip });
  taken.push(file);
}

describe("pages", { concurrency: 2 }, () => {
  for (const [name, target] of Object.entries(ofDemo)) test(name, () => checked(name, site + target));
  for (const [name, target] of Object.entries(ofStore)) test(name, () => checked(name, own.url + target));

  // Amounts in a currency without a sign are wider. The widest tables show them without its code, which screen readers still say.
  test("a currency that is written as a code", async () => {
    const dinars = await store("--set", "currency=KWD");
    await dinars.prorata("record", "--store", "books.db", path.join(root, "testdata/demo/events.jsonl"));
    await dinars.prorata("bill", "--store", "books.db", "--through", "2026-02-27", "--format", "csv");
    const page = await open(browser);
    await signIn(page, dinars, dinars.read);
    const found = [];
    for (const target of ["/", "/balance?as_of=2026-02-27", "/runs"]) {
      await page.goto(dinars.url + target);
      if (target !== "/runs") assert.match(await page.locator("dl.figures").innerText(), /KWD [\d,]+\.\d{3}/);
      assert.match(await page.locator("main tbody td.number").last().textContent(), /^−?KWD [\d,]+\.\d{3}$/);
      for (const width of Object.keys(heights)) {
        await page.setViewportSize({ width: Number(width), height: heights[width] });
        found.push(...[...await tooWide(page), ...await outOfSight(page)].map((w) => `${target}, ${width} px: ${w}`));
      }
      found.push(...await inaccessible(page), ...await offPaper(page));
    }
    found.push(...page.wrong);
    await page.context().close();
    assert.deepEqual(found, []);
  });
});
