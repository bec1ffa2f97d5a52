// What is looked for on a page: each function returns what is wrong, in words, one thing a line.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

// rules are those of WCAG 2 at A and AA, and what axe thinks best beyond them.
const rules = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];

// outOfSight says which amounts of tables a reader has to move sideways to.
export function outOfSight(page) {
  return page.evaluate(() => [...document.querySelectorAll("main table")].filter((e) => e.checkVisibility()).flatMap((table) => {
    const hidden = [...table.querySelectorAll("td.number, th.number, td.n, th.n")].filter((e) => e.getBoundingClientRect().right > innerWidth);
    return hidden.length ? [`${hidden.length} cells are out of sight, such as ${hidden[0].textContent.trim()}`] : [];
  }));
}

// offPaper says which cells of tables are cut off where the page is printed: A4 less its margins.
export async function offPaper(page) {
  await page.emulateMedia({ media: "print" });
  await page.setViewportSize({ width: 794, height: 1123 }); // of the paper, which media queries ask for
  const found = await page.evaluate(() => {
    const main = document.querySelector("main");
    main.style.width = "688px"; // what is printed on
    const edge = main.getBoundingClientRect().right;
    const cells = [...main.querySelectorAll("table :is(th, td)")].filter((e) => e.checkVisibility() && e.getBoundingClientRect().right > edge + 1);
    main.style.width = "";
    return cells.length ? [`printed: ${cells.length} cells are cut off, such as ${cells[0].textContent.trim()}`] : [];
  });
  await page.emulateMedia({ media: "screen" });
  return found;
}

// inaccessible asks axe. It is put in by the protocol, for no page lets a script in.
export async function inaccessible(page) {
  const protocol = await page.context().newCDPSession(page);
  await protocol.send("Runtime.evaluate", { expression: axe });
  await protocol.detach();
  const { violations } = await page.evaluate((values) => globalThis.axe.run(document, { runOnly: { type: "tag", values }, resultTypes: ["violations"] }), rules);
  return violations.flatMap((v) => v.nodes.map((n) => `${v.id}: ${n.html.slice(0, 160)}: ${n.failureSummary.replaceAll(/\s+/g, " ")}`));
}

// tooWide says what is wider than the window, or cut off with no way to move it into sight.
export function tooWide(page) {
  return page.evaluate(() => {
    const width = document.documentElement.clientWidth;
    const found = [];
    if (document.documentElement.scrollWidth > width) found.push({ in: document.createElement("p"), words: `the page is ${document.documentElement.scrollWidth} px wide, its window ${width}` });
    const moves = (e) => e && (["auto", "scroll"].includes(getComputedStyle(e).overflowX) || moves(e.parentElement));
    for (const e of document.querySelectorAll("body *")) {
      if (e instanceof SVGElement || !e.checkVisibility() || e.closest(".hidden") || moves(e.parentElement)) continue;
      const box = e.getBoundingClientRect();
      if (box.width && box.right > width + 1 && !found.some((f) => f.in.contains(e))) found.push({ in: e, words: `${e.tagName} ${e.className} ends at ${Math.round(box.right)} of ${width}: ${e.textContent.trim().slice(0, 40)}` });
    }
    return found.map((f) => f.words);
  });
}

// faint says which texts of drawings have too little contrast with what they stand on, which axe does not look at.
export function faint(page) {
  return page.evaluate(() => {
    const parts = (colour) => (colour.match(/[\d.]+/g) ?? []).map(Number);
    const light = (c) => c.slice(0, 3).map((v) => ((v /= 255) <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)).reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
    const behind = (e) => { // the page is white where nothing is painted
      for (; e; e = e.parentElement) {
        const colour = parts(getComputedStyle(e).backgroundColor);
        if (colour.length === 3 || colour[3] > 0) return colour;
      }
      return [255, 255, 255];
    };
    return [...document.querySelectorAll("svg text")].filter((e) => e.checkVisibility()).flatMap((e) => {
      const on = e.dataset.paper && e.closest("svg").querySelector(`.${e.dataset.paper}`);
      const [a, b] = [light(parts(getComputedStyle(e).fill)), light(on ? parts(getComputedStyle(on).fill) : behind(e))];
      const contrast = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
      return contrast < 4.5 ? [`a contrast of ${contrast.toFixed(2)}, expected 4.5: ${e.textContent}`] : [];
    });
  });
}

// unreachable says which controls the Tab key does not reach, or reaches without the focus being seen.
export async function unreachable(page) {
  const count = await page.evaluate(() => {
    const controls = [...document.querySelectorAll("a[href], button, input:not([type=hidden]), select, textarea, summary")].filter((e) => !e.disabled && e.checkVisibility({ checkVisibilityCSS: true }));
    const left = new Set(controls), wrong = [];
    const words = (e) => `${e.tagName} ${(e.textContent || e.name || "").trim().slice(0, 40)}`;
    const look = () => { // at what has the focus, before the next key takes it elsewhere
      const e = document.activeElement;
      if (!left.delete(e)) return;
      const style = getComputedStyle(e), box = e.getBoundingClientRect();
      if (style.outlineStyle === "none" || parseFloat(style.outlineWidth) < 2) wrong.push(`no outline: ${words(e)}`);
      if (box.bottom <= 0 || box.top >= innerHeight || box.right <= 0 || box.left >= innerWidth) wrong.push(`focused out of sight: ${words(e)}`);
    };
    document.addEventListener("keydown", look, true);
    globalThis.looked = () => (look(), [...[...left].map((e) => `not reached by the keyboard: ${words(e)}`), ...wrong]);
    globalThis.done = () => [...left].every((e) => e === document.activeElement);
    return controls.length;
  });
  for (let pressed = 1; pressed <= count * 3 + 10; pressed++) { // a field of a date has three stops
    await page.keyboard.press("Tab");
    if (pressed >= count && (await page.evaluate(() => globalThis.done()))) break;
  }
  return page.evaluate(() => globalThis.looked());
}

// bytesOf counts what comes over the wire for a page from now on.
export async function bytesOf(page) {
  const protocol = await page.context().newCDPSession(page);
  let bytes = 0;
  await protocol.send("Network.enable");
  protocol.on("Network.loadingFinished", (e) => (bytes += e.encodedDataLength));
  return () => bytes;
}
