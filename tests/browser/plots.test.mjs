// Plots and the comparison as people use them: zoom into a million points, a value read by keyboard, special values, a link.
import assert from "node:assert/strict";
import { after, afterEach, before, test } from "node:test";

import { serious, startConsole, withSlowness } from "./console.mjs";
import "./report.mjs";
import { picture } from "./tessera.mjs";

const MILLION = 1_000_000;
/** Points of one request. */
const PART = 10_000;
const SPIKE = 654_321;
const LONE = { 7001: "NaN", 7003: "NaN", 15_002: "-Infinity" };

let site;
let scientist;
let view;
let million;
let specials;
let pair;

before(async () => {
  // Programs that are not optimised need most of the default 10 seconds to sample a million points.
  site = await startConsole({ env: { RESOURCE__QUERY__TIMEOUT: "60" } });
  scientist = await site.as("scientist");
  const base = { code: { name: "plot" }, status: "finished" };
  [million, specials, ...pair] = await scientist.insert("calculations", [
    { ...base, name: "A million points" },
    { ...base, name: "Special values" },
    {
      ...base,
      name: "Run A",
      parameters: { n: 3, omega: 1.5 },
      results: { energy: { value: -1.5, unit: "eV" } },
    },
    {
      ...base,
      name: "Run B",
      parameters: { n: 3, omega: 1.7 },
      results: { energy: { value: -1.25, unit: "eV" } },
    },
  ]);
  await append(million, "energy", MILLION, (step) =>
    step === SPIKE ? 25 : Math.sin(step / 20_000),
  );
  await append(specials, "gap", 100, (step) =>
    step < 5 ? "NaN" : step === 50 ? "Infinity" : step,
  );
  // Each lies in a bucket that has finite values, where a sample has no point for it.
  await append(specials, "lone", 20_000, (step) =>
    LONE[step] ? LONE[step] : Math.sin(step / 500),
  );
  await append(pair[0], "energy", 1000, (step) => step);
  await append(pair[1], "energy", 1000, (step) =>
    step < 700 ? step : step + 5,
  );
});
after(() => site?.stop());
afterEach(async (context) => {
  if (!view) return;
  if (context.passed === false)
    await picture(view.page, context.name.replaceAll(/\W+/g, "-"));
  await view.end();
  view = undefined;
});

/** Streams points of a metric, as a job does. */
async function append(calculation, metric, count, value) {
  for (let first = 0; first < count; first += PART) {
    const points = Array.from(
      { length: Math.min(PART, count - first) },
      (_, at) => ({
        step: first + at,
        value: value(first + at),
      }),
    );
    await scientist.post("/api/series/points", {
      calculation,
      metric,
      unit: "eV",
      points,
    });
  }
}

async function open(path, options) {
  view = await site.open({ path, ...options });
  return view.page;
}

const plotOf = (page) => page.getByRole("application").first();
const legendOf = (page) => page.locator("figcaption").first();

/** Steps that the address shows. */
const windowOf = (page) => {
  const search = new URL(page.url()).searchParams;
  return ["from", "to"].map((name) =>
    search.has(name) ? Number(search.get(name)) : null,
  );
};

/** Milliseconds from an act to the next two frames that were painted. */
const frameAfter = (page) =>
  page.evaluate(
    () =>
      new Promise((resolve) =>
        requestAnimationFrame(() =>
          requestAnimationFrame(() => resolve(performance.now())),
        ),
      ),
  );

test("a million points are zoomed into, sampled anew, and the address shows the same to the next reader", async () => {
  const page = await open(`/calculations/${million}?tab=plots`);
  await page.locator("canvas").waitFor({ timeout: 60_000 });
  await legendOf(page)
    .getByText("of 1,000,000 points, all extremes kept")
    .waitFor();
  const area = await page.locator(".u-over").boundingBox();
  const x = (step) => area.x + (area.width * step) / MILLION;
  await page.mouse.move(x(600_000), area.y + 40);
  await page.mouse.down();
  await page.mouse.move(x(650_000), area.y + 60);
  await page.mouse.move(x(700_000), area.y + 60);
  const { value: took, slowness } = await withSlowness(page, async () => {
    const started = await page.evaluate(() => performance.now());
    await page.mouse.up();
    return (await frameAfter(page)) - started;
  });
  assert.ok(took < 500 * slowness, `a zoom paints at once, took ${took} ms`);
  // The finer sample stands for the points of the window only.
  await legendOf(page)
    .getByText(/of (9\d,\d{3}|10\d,\d{3}) points/)
    .waitFor({ timeout: 60_000 });
  const [from, to] = windowOf(page);
  assert.ok(
    Math.abs(from - 600_000) < 5000 && Math.abs(to - 700_000) < 5000,
    page.url(),
  );

  const address = page.url().slice(site.origin.length);
  const other = await site.open({ role: "viewer", path: address });
  await legendOf(other.page)
    .getByText(/of (9\d,\d{3}|10\d,\d{3}) points/)
    .waitFor({ timeout: 60_000 });
  assert.deepEqual(windowOf(other.page), [from, to]);
  await other.end();
  assert.deepEqual(serious(view.complaints), []);
});

test("keys read the values of a plot, zoom it, and go to its ends", async () => {
  const page = await open(`/calculations/${pair[0]}?tab=plots`);
  await page.locator("canvas").waitFor();
  const plot = plotOf(page);
  const spoken = page.locator("figure [aria-live]").first();
  await plot.focus();
  await page.keyboard.press("ArrowRight");
  await page.keyboard.press("ArrowRight");
  await spoken
    .getByText("Step 1: energy 1 eV", { exact: true })
    .waitFor({ state: "attached" });
  await page.keyboard.press("End");
  await spoken
    .getByText("Step 999: energy 999 eV", { exact: true })
    .waitFor({ state: "attached" });
  await page.keyboard.press("Shift+ArrowLeft");
  await spoken
    .getByText("Step 989: energy 989 eV", { exact: true })
    .waitFor({ state: "attached" });
  await page.keyboard.press("+");
  await page.waitForURL(/from=\d+/);
  // The cursor keeps its place, and the end of the series stays open.
  const [from, to] = windowOf(page);
  assert.ok(from > 400 && from < 989, page.url());
  assert.ok(to === null || to > 989, page.url());
  // Both before the page is drawn again: the second act keeps what the first one did.
  await plot.evaluate((element) => {
    element.dispatchEvent(
      new KeyboardEvent("keydown", { key: "0", bubbles: true }),
    );
    const buttons = [...document.querySelectorAll("button")];
    buttons.find((one) => one.textContent === "Show as table").click();
  });
  await page.waitForURL((url) => !url.searchParams.has("from"));
  const table = page.getByRole("grid", { name: /energy of Run A/ });
  await table
    .getByRole("gridcell", { name: "3", exact: true })
    .first()
    .waitFor();
  assert.equal(
    await table.getAttribute("aria-rowcount"),
    "1001",
    "all points and the head are rows",
  );
  assert.deepEqual(serious(view.complaints), []);
});

test("NaN and infinities are ticks on the frame: counted, jumped to, and no part of the axis", async () => {
  const page = await open(`/calculations/${specials}?tab=plots`);
  await page.locator("canvas").waitFor();
  const legend = legendOf(page);
  await legend.getByRole("button", { name: "NaN: 5" }).waitFor();
  await legend.getByRole("button", { name: "+∞: 1" }).click();
  await page
    .locator("figure [aria-live]")
    .getByText("Step 50: +∞")
    .waitFor({ state: "attached" });
  await plotOf(page).focus();
  await page.keyboard.press("n");
  await page
    .locator("figure [aria-live]")
    .getByText("Step 0: NaN")
    .waitFor({ state: "attached" });
  // Something is drawn at the lower frame below the step 2, in the colour of the line.
  const drawn = await page.evaluate(() => {
    const canvas = document.querySelector(".uplot canvas");
    const over = document.querySelector(".u-over");
    const ratio = canvas.width / canvas.clientWidth;
    const [left, top] = [
      over.offsetLeft * ratio,
      (over.offsetTop + over.clientHeight - 4) * ratio,
    ];
    const { data } = canvas
      .getContext("2d")
      .getImageData(left, top, over.clientWidth * ratio * 0.05, 1);
    return data.some(
      (value, index) =>
        index % 4 === 3 &&
        value > 150 &&
        data[index - 3] + data[index - 2] < 200,
    );
  });
  assert.ok(drawn, "a tick of NaN is drawn");
  assert.deepEqual(serious(view.complaints), []);
});

test("special values beside finite ones are counted and jumped to in a sample", async () => {
  const page = await open(`/calculations/${specials}?tab=plots&metrics=lone`);
  await page.locator("canvas").waitFor();
  const legend = legendOf(page);
  await legend.getByText("of 20,000 points, all extremes kept").waitFor();
  const said = page.locator("figure [aria-live]");
  await legend.getByRole("button", { name: "NaN: 2" }).click();
  await said.getByText("Step 7001: NaN").waitFor({ state: "attached" });
  await plotOf(page).focus();
  await page.keyboard.press("n");
  await said.getByText("Step 7003: NaN").waitFor({ state: "attached" });
  await page.getByText("step 7,003: NaN").waitFor();
  await legend.getByRole("button", { name: "−∞: 1" }).click();
  await said.getByText("Step 15002: −∞").waitFor({ state: "attached" });
  assert.deepEqual(serious(view.complaints), []);
});

test("a comparison shows what differs and from where on, and its link shows the same to another user", async () => {
  const page = await open(`/compare?ids=${pair.join(",")}&abs=0.1`);
  const read = async (on) => {
    const inputs = on.getByRole("table", { name: "Inputs" });
    await inputs.getByText("omega").waitFor();
    await on
      .getByRole("heading", { name: /Difference to the reference/ })
      .waitFor();
    await on.locator("figcaption", { hasText: "Run B − Run A" }).waitFor();
    return {
      inputs: await inputs.locator("tbody").innerText(),
      results: await on
        .getByRole("table", { name: "Results" })
        .locator("tbody")
        .innerText(),
      series: await on
        .getByRole("table", { name: "Series that differ" })
        .locator("tbody")
        .innerText(),
    };
  };
  const mine = await read(page);
  assert.match(mine.inputs, /1\.5\s+1\.7\b/);
  assert.doesNotMatch(mine.inputs, /^n\b/m, "what is the same is folded");
  assert.match(mine.results, /\+0\.25 \(\+17 %\)/);
  assert.match(mine.series, /energy\s+1,000\s+5\s+\d+\s+700/);
  await page.getByText("Same in all:").first().waitFor();

  await page.keyboard.press("d");
  await page.waitForURL(/all=1/);
  await page
    .getByRole("table", { name: "Inputs" })
    .getByRole("rowheader", { name: "n", exact: true })
    .waitFor();
  await page.keyboard.press("d");
  await page
    .getByRole("button", { name: /First step beyond the tolerance: 700/ })
    .click();
  await page.waitForURL(/from=650&to=750/);
  await page
    .getByRole("table", { name: "Results" })
    .getByRole("radio", { name: "Compare with Run B" })
    .click();
  await page.locator("figcaption", { hasText: "Run A − Run B" }).waitFor();

  const other = await site.open({
    role: "viewer",
    path: page.url().slice(site.origin.length),
  });
  await other.page
    .locator("figcaption", { hasText: "Run A − Run B" })
    .waitFor();
  const table = (on) => on.getByRole("table", { name: "Results" }).innerText();
  assert.equal(await table(other.page), await table(page));
  assert.match(await table(page), /-?−0\.25 \(−20 %\)/);
  assert.deepEqual(windowOf(other.page), [650, 750]);
  await other.end();
  assert.deepEqual(serious(view.complaints), []);
});

test("a plot grows at its right edge while the reader looks at its end, and nowhere else", async () => {
  const [running] = await scientist.insert("calculations", [
    { name: "Running", code: { name: "plot" }, status: "running" },
  ]);
  await append(running, "energy", 100, (step) => step);
  const grow = (step) =>
    scientist.post("/api/series/points", {
      calculation: running,
      metric: "energy",
      points: [{ step, value: step }],
    });
  const page = await open("/me");
  await page.clock.install();
  await page.goto(`${site.origin}/calculations/${running}?tab=plots`);
  const legend = legendOf(page);
  await legend.getByText(/100 points/).waitFor();
  await grow(400);
  // The next look of the page, without the wait for it.
  await page.clock.fastForward(10_000);
  await legend.getByText(/101 points/).waitFor();
  const spoken = page.locator("figure [aria-live]").first();
  await plotOf(page).focus();
  await page.keyboard.press("End");
  await spoken
    .getByText("Step 400: energy 400 eV", { exact: true })
    .waitFor({ state: "attached" });

  await page.goto(
    `${site.origin}/calculations/${running}?tab=plots&from=10&to=50`,
  );
  await legend.getByText(/41 points/).waitFor();
  await grow(800);
  await page.clock.fastForward(10_000);
  // The list of metrics says that there is more; the window keeps its place.
  await page.getByText("102 points").first().waitFor();
  assert.deepEqual(windowOf(page), [10, 50]);
  await legend.getByText(/41 points/).waitFor();
  assert.deepEqual(serious(view.complaints), []);
});

test("360 px wide, nothing of a plot or a comparison makes the page scroll sideways", async () => {
  const page = await open(`/compare?ids=${pair.join(",")}`, { width: 360 });
  await page.locator("canvas").first().waitFor();
  const overflow = () =>
    page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
  const inMain = () =>
    page.evaluate(() => {
      const main = document.querySelector("main");
      return main.scrollWidth - main.clientWidth;
    });
  assert.ok((await overflow()) <= 0 && (await inMain()) <= 0, "compare");
  await page.goto(`${site.origin}/calculations/${specials}?tab=plots`);
  await page.locator("canvas").waitFor();
  assert.ok((await overflow()) <= 0 && (await inMain()) <= 0, "plots");
  const { width } = await page.locator(".uplot").boundingBox();
  assert.ok(width <= 360 && width > 250, `the plot is ${width} px wide`);
  assert.deepEqual(serious(view.complaints), []);
});
