// What people do on the website, from the first click to what they see afterwards.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import { after, before, test } from "node:test";
import { browse, cents, demo, end, open, record, root, signIn, store } from "./site.mjs";

let browser, site, own;

before(async () => {
  [browser, site, own] = await Promise.all([browse(), demo(), store()]);
});
after(end);

// flow is a test with a page of its own, in which nothing goes wrong.
const flow = (name, what, options) =>
  test(name, async () => {
    const page = await open(browser, options);
    await what(page);
    assert.deepEqual(page.wrong, []);
    await page.context().close();
  });

const accountOf = (name) => `${site}/account?name=${encodeURIComponent(name)}`;

// figure is what stands under a name at the top of a page.
const figure = (page, name) => page.locator(".figures > div", { has: page.locator("dt", { hasText: new RegExp(`^${name}$`) }) }).locator("dd").first().innerText();

// panel is the part of a page with a heading.
const panel = (page, heading) => page.locator("section.panel", { has: page.getByRole("heading", { name: heading, exact: true }) });

// part is what a form of the account's page is under.
const part = (page, heading) => page.locator("#what-if form", { has: page.getByRole("heading", { name: heading, exact: true }) });

const show = (form) => form.getByRole("button", { name: "Show what it comes to" }).click();

// would is what the next invoice comes to, as "what if" says it: then, and without.
async function would(page) {
  const said = await page.locator("#what-if .notice > p").innerText();
  const [then, without = then] = said.match(/−?\$[\d,]+\.\d\d/g).map(cents);
  return { then, without };
}

// recordIt records what "what if" showed, by its button, and waits for the account's page that knows of it.
async function recordIt(page, button) {
  await page.locator("#what-if .notice").getByRole("button", { name: button, exact: true }).click();
  await page.getByRole("status").waitFor();
}

flow("sign in: a wrong token is refused in words, a right one leads to what was asked for, and out is out", async (page) => {
  await page.goto(`${own.url}/invoices?status=Paid`);
  assert.equal(new URL(page.url()).pathname, "/sign-in");
  await page.getByLabel("Token").fill("prorata_nothing");
  await page.keyboard.press("Enter");
  await page.getByText("That is no token of this store, or it was revoked.").waitFor();
  assert.equal(await page.getByLabel("Token").getAttribute("aria-invalid"), "true");
  assert.deepEqual(page.wrong.splice(0).map((w) => /status of 401/.test(w)), [true]);

  await page.getByLabel("Token").fill(own.write);
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { name: "Invoices", level: 1 }).waitFor();
  assert.equal(page.url(), `${own.url}/invoices?status=Paid`);
  const [session] = await page.context().cookies();
  assert.deepEqual([session.httpOnly, session.sameSite], [true, "Strict"]);
  assert.equal(await page.evaluate(() => document.cookie), "");

  await page.getByRole("button", { name: "Sign out" }).click();
  await page.getByLabel("Token").waitFor();
  await page.goto(`${own.url}/accounts`);
  assert.equal(new URL(page.url()).pathname, "/sign-in");
  assert.deepEqual(await page.context().cookies(), []);
});

flow("a token that is revoked ends at the next click", async (page) => {
  const token = await own.prorata("token", "add", "--store", "books.db", "--name", "cara", "--read");
  await signIn(page, own, token);
  const places = page.getByRole("navigation", { name: "Main" });
  await places.getByRole("link", { name: "Settings" }).click();
  await page.getByRole("row", { name: /cara read .* holds/ }).waitFor();
  await own.prorata("token", "revoke", "--store", "books.db", "--name", "cara");
  await places.getByRole("link", { name: "Accounts" }).click();
  await page.getByLabel("Token").waitFor();
  await page.getByLabel("Token").fill(token);
  await page.keyboard.press("Enter");
  await page.getByText("or it was revoked").waitFor();
  assert.deepEqual(page.wrong.splice(0).map((w) => /status of 401/.test(w)), [true]);
  await signIn(page, own, own.read);
  await places.getByRole("link", { name: "Settings" }).click();
  await page.getByRole("row", { name: /cara read .* revoked/ }).waitFor();
});

flow("a token that only reads sees everything and is offered nothing that writes", async (page) => {
  await record(own, { id: "r-1", type: "account.created", account: "reader's account", at: "2026-01-05", package: "Gold" });
  await signIn(page, own, own.read);
  await page.goto(`${own.url}/account?name=reader%27s+account`);
  await show(part(page, "Close"));
  await page.locator("#what-if .notice").waitFor();
  assert.equal(await page.locator("#what-if .notice button").count(), 0);
  assert.equal(await page.getByRole("link", { name: /Void/ }).count(), 0);
  await page.goto(`${own.url}/runs/preview`);
  assert.equal(await page.getByRole("button", { name: /^Issue/ }).count(), 0);
  await page.getByText("This token only reads").waitFor();
});

flow("an invoice: its lines add up, it is there as PDF, and printed it is the document alone", async (page) => {
  await page.goto(accountOf("northgate-news@example.com"));
  await panel(page, "Invoices").locator("tbody a").last().click();
  await page.getByRole("heading", { name: "Invoice of 8 February 2025", level: 1 }).waitFor();
  const lines = (await page.locator(".letter tbody td:last-child").allInnerTexts()).map(Number);
  assert.deepEqual(lines, [199.95, 15.59]);
  assert.match(await page.locator(".letter tfoot td").innerText(), /^USD\s215\.54$/);
  const pdf = await page.request.get(new URL(await page.getByRole("link", { name: "PDF" }).getAttribute("href"), site).href);
  assert.equal(pdf.headers()["content-type"], "application/pdf");
  assert.equal((await pdf.body()).subarray(0, 5).toString(), "%PDF-");
  await page.emulateMedia({ media: "print" });
  const printed = (await page.locator("body").innerText()).trim();
  assert.ok(printed.startsWith("Invoice") && printed.endsWith("What was billed, by day"), printed);
});

flow("on a phone every place is in sight, and a large amount stays on one line", async (page) => {
  await record(own, { id: "large-1", type: "account.created", account: "large", at: "2026-01-05", package: "Gold" }, { id: "large-2", type: "charge.added", account: "large", at: "2026-01-06", amount: "123456789.05", description: "Licences" });
  await signIn(page, own, own.write);
  for (const target of ["/runs/preview", "/"]) {
    await page.goto(own.url + target);
    const nav = await page.getByRole("navigation", { name: "Main" }).evaluate((e) => [e.scrollWidth, e.clientWidth]);
    assert.ok(nav[0] <= nav[1], `places of ${nav[0]} px in ${nav[1]}`);
    const broken = await page.locator(".figures dd .nowrap").evaluateAll((list) =>
      list.filter((e) => e.getClientRects().length > 1 || e.getBoundingClientRect().right > e.closest(".figures > div").getBoundingClientRect().right).map((e) => e.textContent));
    assert.deepEqual(broken, []);
  }
  assert.match(await page.locator(".figures").innerText(), /\$123,45\d,\d{3}\.\d\d/);
}, { width: 390 });

flow("what if closed: shown first, then recorded, and the figure is the one that was shown", async (page) => {
  await page.goto(accountOf("harbor-books@example.com"));
  const [before, closed] = [cents(await figure(page, "Next invoice")), cents(await figure(page, "If closed today"))];
  await show(part(page, "Close"));
  assert.deepEqual(await would(page), { then: closed, without: before });
  await page.reload();
  assert.equal(cents(await figure(page, "Next invoice")), before, "looking records nothing");
  await recordIt(page, "Record the close");
  assert.equal(cents(await figure(page, "Next invoice")), closed);
  assert.equal(await page.locator(".head .badge").innerText(), "closed");
});

flow("what if moved to another package on a day: the form keeps what was asked, and how it comes about adds up", async (page) => {
  await page.goto(accountOf("mapleway-gym@example.com"));
  const form = part(page, "Change the package");
  await form.getByLabel("To").selectOption("Gold");
  await form.getByLabel("Day").fill("2026-03-05");
  await show(form);
  await page.getByText("Changed to Gold, 5 March 2026").waitFor();
  assert.equal(await form.getByLabel("To").inputValue(), "Gold");
  assert.equal(await form.getByLabel("Day").inputValue(), "2026-03-05");
  await page.getByText("How that comes about").click();
  const lines = (await page.locator("#what-if details td.number").allInnerTexts()).map(cents);
  assert.equal(lines.reduce((a, b) => a + b), (await would(page)).then);
});

flow("schedule a change, and take it back", async (page) => {
  await page.goto(accountOf("granite-tools@example.com"));
  const form = part(page, "Change the package");
  await form.getByLabel("To").selectOption("Silver");
  await form.getByLabel("When").selectOption("at the end of the billing period");
  await show(form);
  const { then, without } = await would(page);
  assert.equal(then, without, "a change at the end of the period leaves the period as it is");
  await recordIt(page, "Record the change");
  const waiting = page.getByText("Waiting: a change to Silver on 10 March 2026.");
  await waiting.waitFor();
  await page.getByRole("link", { name: "Take it back" }).click();
  await page.getByText("The change or close that was waiting is cancelled").first().waitFor();
  await recordIt(page, "Take the change back");
  assert.equal(await waiting.count(), 0);
});

flow("a charge and a credit come on the next invoice, to the cent", async (page) => {
  await page.goto(accountOf("cedar-dental@example.com"));
  for (const [amount, description] of [["12.50", "Setup"], ["-2.25", "Goodwill"]]) {
    const before = cents(await figure(page, "Next invoice"));
    await page.getByLabel("Amount").fill(amount);
    await page.getByLabel("For").fill(description);
    await show(part(page, "Charge or credit"));
    const wanted = before + Math.round(Number(amount) * 100);
    assert.deepEqual(await would(page), { then: wanted, without: before });
    await recordIt(page, "Record it");
    assert.equal(cents(await figure(page, "Next invoice")), wanted);
    await panel(page, "Events").getByText(description).waitFor();
  }
});

flow("an amount that is none is refused in words, and the form keeps it", async (page) => {
  await page.goto(accountOf("cedar-dental@example.com"));
  await page.getByLabel("Amount").fill("12,50");
  await page.getByLabel("For").fill("Setup");
  await show(part(page, "Charge or credit"));
  await page.getByRole("alert").waitFor();
  assert.match(await page.getByRole("alert").innerText(), /12,50/);
  assert.equal(await page.getByLabel("Amount").inputValue(), "12,50");
});

flow("void an event: what it does is shown first, and the event stays to be read", async (page) => {
  await page.goto(accountOf("northgate-news@example.com"));
  const used = Number((await figure(page, "Credits")).replaceAll(",", ""));
  const row = panel(page, "Events").locator("tbody tr", { hasText: "51,070 credits used" });
  await row.getByRole("link", { name: "Void" }).click();
  await page.locator("#what-if .notice").getByText("is void: 51,070 credits used, 27 February 2026").waitFor();
  await recordIt(page, "Void the event");
  assert.equal(Number((await figure(page, "Credits")).replaceAll(",", "")), used - 51_070);
  await row.getByText("void", { exact: true }).waitFor();
  assert.equal(await row.getByRole("link", { name: "Void" }).count(), 0);
});

flow("a form that is sent by two clicks records once, and has its button again when one comes back", async (page) => {
  await page.goto(accountOf("pebble-blog@example.com"));
  await page.getByLabel("Amount").fill("4.00");
  await page.getByLabel("For").fill("Twice");
  await show(part(page, "Charge or credit"));
  await page.locator("#what-if .notice").getByRole("button", { name: "Record it" }).dblclick();
  await page.getByRole("status").waitFor();
  assert.equal(await panel(page, "Events").getByText("Twice").count(), 1);
  await page.goBack();
  assert.ok(await page.locator("#what-if .notice").getByRole("button", { name: "Record it" }).isEnabled());
});

flow("a run: previewed, issued, and then nothing is due", async (page) => {
  await page.goto(site);
  await page.getByRole("link", { name: /Preview \d+ invoices/ }).click();
  const button = page.getByRole("button", { name: /^Issue/ });
  const [, count] = (await button.innerText()).match(/Issue (\d+) invoices/);
  const total = cents(await button.innerText());
  assert.equal(total, cents(await figure(page, "Total")));
  const rows = (await page.locator("tbody td:last-child").allInnerTexts()).map(cents);
  assert.deepEqual([rows.length, rows.reduce((a, b) => a + b)], [Number(count), total]);

  await button.click();
  await page.getByRole("heading", { name: "Invoices of run 25" }).waitFor();
  assert.equal(cents(await page.locator("tfoot td:last-child").innerText()), total);
  await page.goto(`${site}/runs`);
  const newest = await page.locator("tbody tr").first().locator("th, td").allInnerTexts();
  assert.deepEqual([newest[0], newest[3], cents(newest[4])], ["25", count, total]);
  await page.goto(`${site}/runs/preview`);
  await page.getByText("Nothing is due").waitFor();
});

flow("a status of an invoice: what it does is shown first, then recorded", async (page) => {
  await page.goto(accountOf("fernhill-school@example.com"));
  const unpaid = panel(page, "Invoices").locator("tbody tr", { hasText: "Unpaid" });
  await unpaid.getByRole("link").first().click();
  const at = page.url();
  const total = cents(await page.locator(".sheet tfoot td").last().innerText().then((text) => text.replace(/^USD\s/, "$")));
  await page.getByLabel("New status").selectOption("Canceled");
  await page.getByRole("button", { name: "Show what it comes to" }).click();
  const { then, without } = await would(page);
  assert.equal(then - without, total, "what a canceled invoice billed comes on the next one");
  await page.goto(at);
  await page.getByLabel("New status").selectOption("Paid");
  await page.getByRole("button", { name: "Show what it comes to" }).click();
  const paid = await would(page);
  assert.equal(paid.then, paid.without);
  await recordIt(page, "Record the status");
  await page.goto(at);
  await page.locator(".head .badge", { hasText: "Paid" }).waitFor();
});

const hostile = `<img src=x onerror=alert(1)>"'&<script>alert(2)</script>\u202e`;

flow("another price: what it would change is shown first, in figures, and then it is on the list", async (page) => {
  const shop = await store();
  await record(shop, { id: "1", type: "account.created", account: "ada", at: new Date(Date.now() - 5 * 86_400_000).toISOString().slice(0, 10), package: "Gold" });
  await signIn(page, shop, shop.write);
  await page.goto(`${shop.url}/settings`);
  await page.getByText("Add a package, or other terms from a date").click();
  for (const [label, value] of [["Name", "Gold"], ["Price", "89.95"], ["Credits included", "50000"], ["Price of one credit over", "0.001"]]) {
    await page.getByLabel(label, { exact: true }).fill(value);
  }
  await page.locator("details[open]").getByRole("button", { name: "Show what would change" }).click();
  await page.getByRole("heading", { name: "What is added" }).waitFor();
  assert.deepEqual([await figure(page, "Next invoices that change"), await figure(page, "Adjusted of what was billed")], ["1", "nothing"]);
  assert.deepEqual([cents(await figure(page, "All next invoices now")), cents(await figure(page, "And then")), cents(await figure(page, "Difference"))], [7995, 8995, 1000]);
  assert.match(await panel(page, "What is added").getByRole("row").nth(1).innerText(), /^Gold\s+always\s+\$89\.95\s+\$79\.95\s+50,000\s+\$0\.001/);
  assert.ok(!(await shop.prorata("packages", "--store", "books.db")).includes("89.95"), "nothing is kept yet");

  await page.getByRole("button", { name: "Add 1 package", exact: true }).click();
  await page.getByRole("status").waitFor();
  assert.match(await panel(page, "Price list").innerText(), /Gold\s+always\s+\$89\.95/);
  await page.goto(`${shop.url}/account?name=ada`);
  assert.equal(cents(await figure(page, "Next invoice")), 8995);
});

flow("a token is made, shown once, and revoked: what that does is said first, and then it lets nobody in", async (page) => {
  const shop = await store();
  await signIn(page, shop, shop.write);
  await page.goto(`${shop.url}/settings`);
  await page.getByLabel("Name of a new token").fill("dora");
  await page.getByRole("button", { name: "Make the token" }).click();
  const token = (await page.getByRole("status").locator(".code").innerText()).trim();
  const asks = () => fetch(`${shop.url}/v1/accounts`, { headers: { Authorization: `Bearer ${token}` } }).then((answer) => answer.status);
  assert.equal(await asks(), 200);
  await page.goto(`${shop.url}/settings`);
  assert.ok(!(await page.content()).includes(token), "it is shown once");

  await page.getByRole("link", { name: "Revoke… dora" }).click();
  await page.getByText("From the next request on it lets nobody in").waitFor();
  assert.equal(await asks(), 200);
  await page.getByRole("button", { name: "Revoke the token" }).click();
  await page.getByRole("row", { name: /dora read .* revoked/ }).waitFor();
  assert.equal(await asks(), 401);
});

flow("hostile names stay text", async (page) => {
  await record(own,
    { id: `h-1${hostile}`, type: "account.created", account: hostile, at: "2026-01-05", package: "Gold" },
    { id: "h-2", type: "charge.added", account: hostile, at: "2026-01-06", amount: "1.00", description: hostile });
  await signIn(page, own, own.write);
  const name = encodeURIComponent(hostile);
  for (const target of ["/", "/accounts", `/account?name=${name}`, `/account?name=${name}&what=void&event=h-2`, `/invoices?account=${name}`, "/runs/preview", `/account?name=${name}&done=${name}`, `/accounts?q=${name}`]) {
    await page.goto(own.url + target);
    assert.equal(await page.locator("img, main script").count(), 0, target);
    assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), `${target} is wider than its window`);
  }
  await page.goto(`${own.url}/accounts`);
  await page.locator("tbody a", { hasText: "<img src=x" }).click();
  assert.match(await page.locator("h1").innerText(), /^<img src=x onerror=alert\(1\)>"'&<script>alert\(2\)<\/script>\\u202e$/);
}, { width: 390 });

flow("without script, all of it works", async (page) => {
  await page.goto(accountOf("juniper-law@example.com"));
  await page.getByLabel("Amount").fill("3.00");
  await page.getByLabel("For").fill("Paper copy");
  await show(part(page, "Charge or credit"));
  await recordIt(page, "Record it");
  await panel(page, "Events").getByText("Paper copy").waitFor();
}, { javaScriptEnabled: false });

flow("reconcile: a table is shown as it would be read, its mapping corrected, compared, and its claims downloaded", async (page) => {
  await page.goto(`${site}/reconcile`);
  await page.getByLabel("Documents, and mappings of tables").setInputFiles(path.join(root, "testdata/documents/november.csv"));
  await page.getByRole("button", { name: "Reconcile", exact: true }).click();
  await page.getByText("start_date is empty, expected every row to have it").waitFor();
  assert.equal(await page.getByRole("button", { name: /^Reconcile/ }).count(), 0, "not before every row can be read");
  await page.getByLabel("The mapping: a field, and the column it comes from").fill(readFileSync(path.join(root, "testdata/documents/november.csv.map.json"), "utf8"));
  await page.getByRole("button", { name: "Show how it is read then" }).click();
  await page.getByText("5 rows read, 1 left out by rules").waitFor();
  const cell = page.getByRole("row", { name: /A Kunde username/ }).locator("td").nth(1);
  assert.equal(await cell.innerText(), "cedar-dental@example.com", "accounts have our names");
  await page.getByRole("button", { name: "Reconcile 1 document" }).click();

  await page.getByRole("heading", { name: /^Reconciliation \d+$/, level: 1 }).waitFor();
  assert.equal(cents(await figure(page, "Theirs")), 31577, "the table's own total");
  await panel(page, "Findings").getByText("They bill at the retail price: 79.95").waitFor();
  const [claims] = await Promise.all([page.waitForEvent("download"), page.getByRole("link", { name: "Claims as CSV" }).click()]);
  assert.match(readFileSync(await claims.path(), "utf8"), /harbor-books@example.com/);
  page.wrong = page.wrong.filter((w) => !/claims.*ERR_ABORTED/.test(w)); // a download is no page

  await page.getByLabel("Show").selectOption("all");
  await page.getByRole("button", { name: "Search", exact: true }).click();
  await page.getByRole("link", { name: "orchard-press@example.com" }).click();
  await page.getByText("the same money").waitFor();
  await page.getByRole("navigation", { name: "Main" }).getByRole("link", { name: "Reconcile" }).click();
  await page.getByRole("row", { name: /november\.csv [0-9a-f]{12}…/ }).waitFor();
});

flow("reconcile: documents are dropped, and a token that only reads makes none", async (page) => {
  await page.goto(`${site}/reconcile`);
  const text = readFileSync(path.join(root, "testdata/reconcile/invoices.json"), "utf8");
  const given = await page.getByLabel("Documents, and mappings of tables").evaluate((input, text) => {
    const files = new DataTransfer();
    files.items.add(new File([text], "dropped.json"));
    input.files = files.files; // what a browser does with what is dropped on it
    return input.files[0].name;
  }, text);
  assert.equal(given, "dropped.json");
  await page.getByRole("button", { name: "Reconcile", exact: true }).click();
  await page.getByRole("heading", { name: /^Reconciliation \d+$/, level: 1 }).waitFor();
  assert.equal(cents(await figure(page, "To be claimed")), 30816);
  await signIn(page, own, own.read);
  await page.goto(`${own.url}/reconcile`);
  await page.getByText("This token only reads").waitFor();
  assert.equal(await page.locator("input[type=file]").count(), 0);
});
