"use strict";
// The report of a study: how its results depend on its axes.

const isNumber = v => typeof v === "number";

function showStudy(data) {
  const rows = data.rows.map(r => { const o = {}; data.columns.forEach((c, i) => { o[c] = r[i]; }); return o; });
  const good = rows.filter(r => r.status === "ok" || r.status === "failed"), right = rows.filter(r => r.status === "ok"), varied = data.axes.filter(a => new Set(rows.map(r => r[a])).size > 1);
  const numeric = data.reports.filter(k => good.some(r => isNumber(r[k])));
  const differ = numeric.filter(k => new Set(good.map(r => r[k])).size > 1), reports = differ.length ? differ : numeric;
  const head = d3.select("#page").append("header");
  head.append("h1").text(data.name);
  head.append("p").attr("class", "soft").text(`Scenario ${data.scenario}`);
  const equal = numeric.filter(k => !differ.includes(k));
  if (equal.length && differ.length) head.append("p").attr("class", "soft").text(`The same in all runs: ${equal.map(k => `${k} ${good[0][k]}`).join(", ")}.`);
  head.append("p").attr("class", right.length === rows.length ? "good" : "bad").text(`${right.length} of ${rows.length} runs are ok.${right.length < good.length ? " The figures have those that failed an expectation too." : ""}`);
  if (varied.length && reports.length) {
    multiples(good, varied, reports);
    pareto(good, varied, reports);
    ranking(good, varied, reports);
  }
  table(section("All runs"), data.columns.map(c => ({ name: c, value: r => (r[c] === null ? undefined : r[c]) })), rows);
}

const label = (row, keys) => keys.map(k => row[k]).join(", ") || "all";
const unitOf = key => (/_ns(\.|$)/.test(key) ? tick : d3.format(".4~s"));

// A small chart for each reported key: the first axis along, a line for each value of the others, a bar from the least to the
// greatest value of runs that differ in nothing else.
function multiples(rows, axesOf, reports) {
  const [along, ...others] = axesOf.slice().sort((a, b) => new Set(rows.map(r => r[b])).size - new Set(rows.map(r => r[a])).size);
  const s = section("Results by axis", `Along: ${along}.${others.length ? ` A line for each ${others.join(", ")}.` : ""} A bar shows the spread of runs that differ only in the seed or in the repetition.`);
  const grid = s.append("div").attr("class", "small"), values = Array.from(new Set(rows.map(r => r[along])));
  for (const key of reports) {
    const box = grid.append("div");
    box.append("h3").style("font-size", ".9rem").style("margin", ".2rem 0").text(key);
    const f = frame(box, key, 240, 360, { top: 12, right: 12, bottom: 40, left: 66 }), x = d3.scalePoint(values, [0, f.width]).padding(0.4);
    const top = d3.max(rows, r => r[key]) || 1, y = d3.scaleLinear([Math.min(0, d3.min(rows, r => r[key])), top], [f.height, 0]).nice();
    axes(f, x, y, along.split(".").slice(-2).join("."), "", null, unitOf(key));
    const lines = d3.nest().key(r => label(r, others)).entries(rows.filter(r => isNumber(r[key])));
    lines.forEach((l, i) => {
      const points = values.map(v => { const n = l.values.filter(r => r[along] === v).map(r => r[key]); return n.length ? [v, d3.median(n), d3.min(n), d3.max(n)] : null; }).filter(p => p);
      f.plot.append("path").attr("class", `line${i % 8}`).attr("d", d3.line().x(p => x(p[0])).y(p => y(p[1]))(points)).append("title").text(l.key);
      for (const p of points) {
        f.plot.append("line").attr("stroke", "var(--soft)").attr("x1", x(p[0])).attr("x2", x(p[0])).attr("y1", y(p[2])).attr("y2", y(p[3]));
        f.plot.append("circle").attr("class", `mark nic${i % 2}`).attr("r", 3).attr("cx", x(p[0])).attr("cy", y(p[1])).append("title").text(`${l.key}; ${along} ${p[0]}: ${unitOf(key)(p[1])}`);
      }
    });
    if (lines.length > 1) box.append("p").attr("class", "soft").style("font-size", ".8rem").text(lines.slice(0, 8).map((l, i) => `${["solid", "dashed", "dotted", "dash-dot", "wide dots", "thin", "long dashes", "sparse"][i]}: ${l.key}`).join("; "));
  }
}

// Two results against each other; the runs that no other run beats in both are joined.
function pareto(rows, axesOf, reports) {
  if (reports.length < 2) return;
  const s = section("Two results against each other", "Both are better when smaller. The line joins the runs that no other run beats in both."), pick = s.append("p");
  const choose = (name, start) => { const sel = pick.append("label").text(`${name} `).append("select"); sel.selectAll("option").data(reports).enter().append("option").text(k => k);
    sel.property("selectedIndex", start).on("change", draw); return sel; };
  // Two measured times first, because smaller is better for them.
  const times = reports.map((k, i) => i).filter(i => /_ns(\.|$)/.test(reports[i]) && !reports[i].startsWith("floor."));
  const first = times.length > 1 ? times : [0, 1];
  const across = choose("across", first[0]);
  pick.append("span").text(" ");
  const up = choose("up", first[1]), place = s.append("div");
  function draw() {
    place.selectAll("*").remove();
    const a = reports[across.property("selectedIndex")], b = reports[up.property("selectedIndex")], use = rows.filter(r => isNumber(r[a]) && isNumber(r[b]));
    const f = frame(place, `${b} against ${a}`, 320), x = d3.scaleLinear(d3.extent(use, r => r[a]), [0, f.width]).nice(), y = d3.scaleLinear(d3.extent(use, r => r[b]), [f.height, 0]).nice();
    axes(f, x, y, a, b, unitOf(a), unitOf(b));
    const best = use.filter(r => !use.some(o => o[a] <= r[a] && o[b] <= r[b] && (o[a] < r[a] || o[b] < r[b]))).sort((p, q) => p[a] - q[a]);
    f.plot.append("path").attr("class", "line2").attr("d", d3.line().x(r => x(r[a])).y(r => y(r[b])).curve(d3.curveStepAfter)(best));
    marks(f, use.map(r => ({ x: x(r[a]), y: y(r[b]), kind: best.includes(r) ? 1 : 0, text: `${label(r, axesOf)}: ${unitOf(a)(r[a])}, ${unitOf(b)(r[b])}` })));
  }
  draw();
}

// The settings in the order of one result, and whether that order is the same for each value of one more axis.
function ranking(rows, axesOf, reports) {
  const s = section("Ranking", "The settings in the order of a result, smallest first. Beside it: for each value of the other axes, whether the best setting stays the best."), pick = s.append("p");
  const by = pick.append("label").text("by ").append("select");
  by.selectAll("option").data(reports).enter().append("option").text(k => k);
  pick.append("span").text(" ");
  const what = pick.append("label").text("of ").append("select");
  what.selectAll("option").data(axesOf).enter().append("option").text(k => k);
  const place = s.append("div");
  function draw() {
    place.selectAll("*").remove();
    const key = reports[by.property("selectedIndex")], axis = axesOf[what.property("selectedIndex")], others = axesOf.filter(a => a !== axis);
    const use = rows.filter(r => isNumber(r[key])), groups = d3.nest().key(r => label(r, others)).entries(use);
    const isBest = (g, name) => { const least = d3.min(g.values, r => r[key]); return g.values.some(r => String(r[axis]) === name && r[key] === least); };
    const list = d3.nest().key(r => r[axis]).rollup(v => ({ median: d3.median(v, r => r[key]), first: groups.filter(g => isBest(g, String(v[0][axis]))).length })).entries(use)
      .map(e => ({ name: e.key, ...e.value })).sort((p, q) => p.median - q.median);
    table(place, [{ name: axis, value: r => r.name }, { name: `median of ${key}`, value: r => r.median, text: r => unitOf(key)(r.median) },
      { name: `is best in, of ${groups.length}`, value: r => r.first }], list);
  }
  by.on("change", draw);
  what.on("change", draw);
  draw();
}
