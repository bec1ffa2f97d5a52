// The official client of npm, with its base address set to us: what it can drive.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import sendgrid from "@sendgrid/client";
import { end, store } from "./site.mjs";

let own, client;

before(async () => {
  own = await store();
  client = new sendgrid.Client();
  client.setDefaultRequest("baseUrl", own.url);
  client.setDefaultHeader("Authorization", `Bearer ${own.write}`); // setApiKey would warn that the token is none of theirs
});
after(end);

test("the client of npm records events by /v1, and reads what became of them", async () => {
  const body = [
    { id: "js-1", type: "account.created", account: "js", at: "2026-01-05", package: "Gold" },
    { id: "js-2", type: "usage.recorded", account: "js", at: "2026-01-06", credits: 7 },
  ];
  const [recorded, said] = await client.request({ method: "POST", url: "/v1/events", body });
  assert.deepEqual([recorded.statusCode, said.events], [200, 2]);
  const [, account] = await client.request({ url: "/v1/accounts/js" });
  assert.equal(account.package, "Gold");
  const [, list] = await client.request({ url: "/v1/accounts", qs: { q: "JS", limit: 1 } });
  assert.deepEqual(list.accounts.map((a) => a.account), ["js"]);
  await assert.rejects(client.request({ url: "/v1/accounts/nobody" }), (e) => e.code === 404 && e.response.body.status === 404);
});

test("the client of npm sends the Distributor's calls as forms", async () => {
  const call = async (url, form) => {
    const body = new URLSearchParams({ api_user: "anna", api_key: own.write, ...form }).toString();
    const [, answer] = await client.request({ method: "POST", url, body, headers: { "Content-Type": "application/x-www-form-urlencoded" } });
    return answer;
  };
  assert.deepEqual(await call("/apiv2/reseller.add.json", { username: "form", package: "Silver" }), { message: "success" });
  assert.equal((await call("/apiv2/reseller.account.json", { task: "overview", user: "form" })).package, "Silver");
});

test("what the client of npm was made for is not answered as if it were done", async () => {
  await assert.rejects(client.request({ method: "POST", url: "/v3/mail/send", body: {} }), (e) => e.code === 404);
});
