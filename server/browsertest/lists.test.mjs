// Lists: what is searched, sorted and downloaded is the same thing.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { browse, cents, demo, end, open } from "./site.mjs";

let browser, site;

before(async () => {
  [browser, site] = await Promise.all([browse(), demo()]);
});
after(end);

const flow = (name, what) =>
  test(name, async () => {
    const page = await open(browser, { acceptDownloads: true });
    await what(page);
    assert.deepEqual(page.wrong, []);
    await page.context().close();
  });

// column is the texts of a list's column, from its top.
const column = (table, i) => table.locator(`tbody tr > :nth-child(${i + 1})`).allInnerTexts();

// inOrder reports whether texts stand in an order: of amounts and counts by what they come to, of all else by their letters; what
// is empty has no place of its own.
function inOrder(texts, descending) {
  const values = texts.map((t) => t.split("\n")[0].trim()).filter((t) => t && t !== "–" && t !== "closed");
  const number = values.every((v) => /^[−$\d][\d,.$]*( of .*)?$/.test(v) && !/^\d{4}-/.test(v));
  const keys = values.map((v) => (number ? Number(v.replace(/ of .*/, "").replaceAll(/[$,]/g, "").replace("−", "-")) : v));
  return keys.every((key, i) => i === 0 || (descending ? keys[i - 1] >= key : keys[i - 1] <= key));
}

// downloaded is the text of a file that a click brings.
async function downloaded(page, link) {
  const [download] = await Promise.all([page.waitForEvent("download"), link.click()]);
  page.wrong = page.wrong.filter((w) => !/ERR_ABORTED/.test(w)); // so a download ends for the page
  const chunks = [];
  for await (const chunk of await download.createReadStream()) chunks.push(chunk);
  return Buffer.concat(chunks);
}

const rowsOf = (csv) => csv.toString().trim().split(/\r?\n/).map((line) => line.split(","));

for (const [name, target] of Object.entries({
  accounts: "/accounts",
  invoices: "/invoices?account=northgate-news%40example.com",
  runs: "/runs",
  balances: "/balance",
})) {
  flow(`${name}: each column sorts both ways, and the file has the rows in the same order`, async (page) => {
    await page.goto(site + target);
    const heads = page.locator("thead th");
    for (let i = 0; i < (await heads.count()); i++) {
      if (!(await heads.nth(i).getByRole("link").count())) continue;
      const title = (await heads.nth(i).innerText()).trim();
      const seen = new Set();
      for (let turn = 0; turn < 2; turn++) {
        await heads.nth(i).getByRole("link").click();
        await page.waitForLoadState();
        const order = await heads.nth(i).getAttribute("aria-sort");
        const texts = await column(page.locator("table"), i);
        assert.ok(inOrder(texts, order === "descending"), `${title}, ${order}: ${texts.join(" | ")}`);
        seen.add(order);
      }
      assert.deepEqual([...seen].sort(), ["ascending", "descending"], title);
    }
    const shown = (await column(page.locator("table"), 0)).map((t) => t.split("\n")[0].trim());
    const [head, ...rows] = rowsOf(await downloaded(page, page.getByRole("link", { name: "Download CSV" })));
    const at = head.findIndex((name) => ["account", "run"].includes(name));
    assert.deepEqual(rows.map((row) => row[at]), shown, head.join());
    const xlsx = await downloaded(page, page.getByRole("link", { name: "XLSX" }));
    assert.equal(xlsx.subarray(0, 2).toString(), "PK");
  });
}

flow("accounts: search by a part of the name, and by whether they are open", async (page) => {
  await page.goto(site);
  await page.getByRole("navigation", { name: "Main" }).getByRole("link", { name: "Accounts" }).click();
  const names = () => column(page.locator("table"), 0);
  assert.ok((await names()).length > 10);
  await page.getByRole("searchbox").fill("north");
  await page.getByRole("button", { name: "Search" }).click();
  await page.waitForURL(/q=north/);
  assert.deepEqual(await names(), ["northgate-news@example.com"]);
  await page.getByRole("searchbox").fill("");
  await page.getByLabel("Show").selectOption("closed");
  await page.getByRole("button", { name: "Search" }).click();
  await page.waitForURL(/status=closed/);
  assert.ok((await names()).includes("saltmarsh-tours@example.com"));
  assert.ok(!(await names()).includes("northgate-news@example.com"));
});

flow("invoices: what is found is what is downloaded, and its sum", async (page) => {
  await page.goto(`${site}/invoices`);
  await page.getByLabel("Account", { exact: true }).fill("northgate-news@example.com");
  await page.getByLabel("Status").selectOption("Paid");
  await page.getByRole("button", { name: "Search" }).click();
  await page.waitForURL(/status=Paid/);
  const shown = (await page.locator("tbody td:last-child").allInnerTexts()).map(cents);
  assert.deepEqual([...shown].sort(), [20_665, 21_554]);
  assert.equal(cents(await page.locator("tfoot td:last-child").innerText()), 42_219);
  const [head, ...rows] = rowsOf(await downloaded(page, page.getByRole("link", { name: "Download CSV" })));
  assert.deepEqual(rows.map((row) => row[head.indexOf("final_amount")]), shown.map((c) => (c / 100).toFixed(2)), head.join());
});

flow("what is open on the home page is what the balances add up to, by age too", async (page) => {
  await page.goto(site);
  const table = page.locator("section.panel", { has: page.getByRole("heading", { name: "What customers owe, and how old it is" }) });
  const ages = (await table.locator("tbody td:last-child").allInnerTexts()).map(cents);
  const total = cents(await table.locator("tfoot td:last-child").innerText());
  assert.equal(ages.reduce((a, b) => a + b), total);
  await page.goto(`${site}/balance`);
  assert.equal(cents(await page.locator(".figures dd").first().innerText()), total);
});

flow("who is most overdue on the home page is what the balances say, and leads to the invoices", async (page) => {
  await page.goto(site);
  const rows = page.locator("section.panel", { has: page.getByRole("heading", { name: "Most overdue" }) }).locator("tbody tr");
  const shown = (await rows.allInnerTexts()).map((text) => text.split(/\s+/)).map(([name, amount]) => [name, cents(amount)]);
  await page.goto(`${site}/balance`);
  const late = [];
  for (const row of await page.locator("tbody tr").all()) {
    const [name, , , , open, notDue] = await row.locator("th, td").allInnerTexts();
    const [all, yet] = [open, notDue].map((text) => (text === "–" ? 0 : cents(text)));
    late.push([name, all - yet]);
  }
  late.sort((a, b) => b[1] - a[1]);
  assert.deepEqual(shown, late.slice(0, 5));
  await page.goto(site);
  await rows.first().getByRole("link").last().click();
  await page.waitForURL(/status=Unpaid/);
  assert.deepEqual([...new Set(await column(page.locator("table"), 0))], [late[0][0]]);
});

flow("what an account owes on its page is what the balances say, and its invoices come before what could be done", async (page) => {
  await page.goto(`${site}/balance?sort=-open`);
  const [name, , , , open] = await page.locator("tbody tr").first().locator("th, td").allInnerTexts();
  await page.getByRole("link", { name, exact: true }).click();
  const owes = page.locator(".figures > div", { has: page.locator("dt", { hasText: "Owes today" }) });
  assert.equal(await owes.locator("dd").first().innerText(), open);
  assert.deepEqual(await page.getByRole("heading", { level: 2 }).allInnerTexts(), ["Timeline", "Invoices", "What if", "Events"]);
  await page.getByRole("link", { name: "Close, change or charge" }).click();
  await page.waitForURL(/#what-if$/);
  await owes.getByRole("link").click();
  await page.waitForURL(/status=Unpaid/);
  assert.equal(cents(await page.locator("tfoot td:last-child").innerText()), cents(open));
});
