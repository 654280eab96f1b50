"use strict";
// What all charts share: units, a frame with axes, and tables.

const PS_PER_US = 1e6;
const CANVAS_FROM = 2000; // with more marks than this, they are drawn on a canvas, which stays quick

// A time in nanoseconds, in a unit that fits.
function time(ns) {
  if (ns === undefined || ns === null || Number.isNaN(ns)) return "-";
  if (ns < 1e3) return `${d3.format(".4~g")(ns)} ns`;
  if (ns < 1e6) return `${(ns / 1e3).toFixed(3)} us`;
  if (ns < 1e9) return `${(ns / 1e6).toFixed(3)} ms`;
  return `${(ns / 1e9).toFixed(3)} s`;
}

// The same for the label of an axis, without zeros at the end.
const tick = ns => time(ns).replace(/(\.[0-9]*?)0+ /, "$1 ").replace(". ", " ");

const count = d3.format(",");

// The rows of a CSV text as objects, with numbers as numbers and empty fields as undefined. (d3.csvParse() would make a
// function out of the header, which the page's security policy forbids.)
function rowsOf(text) {
  if (!text) return [];
  const [names, ...rows] = d3.csvParseRows(text);
  return rows.map(r => {
    const o = {};
    names.forEach((n, i) => { o[n] = r[i] === "" ? undefined : isNaN(r[i]) ? r[i] : +r[i]; });
    return o;
  });
}

function section(title, text) {
  const s = d3.select("#page").append("section");
  s.append("h2").text(title);
  if (text) s.append("p").attr("class", "soft").text(text);
  return s;
}

// A drawing with margins: {svg, plot, width, height} with the inner size.
function frame(parent, title, height = 260, outerWidth = 1100, margin = { top: 14, right: 24, bottom: 40, left: 78 }) {
  const box = parent.append("div").attr("class", "chart");
  const svg = box.append("svg").attr("viewBox", `0 0 ${outerWidth} ${height}`).attr("role", "img").attr("aria-label", title);
  svg.append("title").text(title);
  return { box, svg, margin, outerWidth, outerHeight: height, width: outerWidth - margin.left - margin.right,
    height: height - margin.top - margin.bottom, plot: svg.append("g").attr("transform", `translate(${margin.left},${margin.top})`) };
}

// Places for the labels of a logarithmic scale, few enough that they do not overlap.
function logTicks(scale) {
  const [low, high] = scale.domain(), decades = Math.log10(high / low), steps = decades > 4 ? [1] : decades > 1 ? [1, 3] : [1, 1.5, 2, 3, 5, 7], ticks = [];
  for (let e = Math.floor(Math.log10(low)); e <= Math.ceil(Math.log10(high)); e++)
    for (const m of steps) { const v = m * 10 ** e; if (v >= low && v <= high) ticks.push(v); }
  return ticks.length > 1 ? ticks : scale.ticks(3);
}

function axes(f, x, y, xLabel, yLabel, xFormat, yFormat) {
  const ax = d3.axisBottom(x).ticks(Math.max(3, f.width / 110)), ay = d3.axisLeft(y).ticks(5);
  if (x.base) ax.tickValues(logTicks(x));
  if (y.base) ay.tickValues(logTicks(y));
  if (xFormat) ax.tickFormat(xFormat);
  if (yFormat) ay.tickFormat(yFormat);
  f.plot.append("g").attr("class", "axis").attr("transform", `translate(0,${f.height})`).call(ax);
  f.plot.append("g").attr("class", "axis").call(ay);
  f.plot.append("text").attr("class", "soft").attr("x", f.width).attr("y", f.height + 34).attr("text-anchor", "end").text(xLabel);
  f.plot.append("text").attr("class", "soft").attr("x", 4).attr("y", 4).text(yLabel);
}

// Draws one mark for each point {x, y, kind, text}: circles for kind 0, squares for kind 1, crosses for others. The frame gets
// the number of marks as data-marks.
function marks(f, points) {
  f.svg.attr("data-marks", points.length);
  if (points.length <= CANVAS_FROM) {
    const symbol = d3.symbol().size(44), types = [d3.symbolCircle, d3.symbolSquare, d3.symbolCross];
    f.plot.append("g").selectAll("path").data(points).enter().append("path")
      .attr("class", p => `mark ${["nic0", "nic1", "trouble"][p.kind]}`).attr("fill-opacity", 0.75)
      .attr("transform", p => `translate(${p.x},${p.y})`).attr("d", p => symbol.type(types[p.kind])())
      .append("title").text(p => p.text);
    return;
  }
  const canvas = f.box.append("canvas").attr("width", f.outerWidth).attr("height", f.outerHeight).style("width", "100%");
  const pen = canvas.node().getContext("2d"), style = getComputedStyle(document.documentElement);
  const colours = ["--nic0", "--nic1", "--bad"].map(n => style.getPropertyValue(n).trim());
  pen.translate(f.margin.left, f.margin.top);
  pen.globalAlpha = 0.6;
  for (const p of points) {
    pen.fillStyle = colours[p.kind];
    if (p.kind === 0) { pen.beginPath(); pen.arc(p.x, p.y, 2, 0, 7); pen.fill(); } else pen.fillRect(p.x - 2, p.y - 2, 4, 4);
  }
}

// A table of at most `limit` rows that a click on a heading sorts. columns: [{name, value(row), text(row)}].
function table(parent, columns, rows, limit = 500) {
  const note = parent.append("p").attr("class", "soft");
  const t = parent.append("div").attr("class", "tables").append("table");
  let order = rows.slice(), sorted = -1, up = true;
  const body = () => t.select("tbody");
  const head = t.append("thead").append("tr");
  t.append("tbody");
  function draw() {
    body().selectAll("tr").remove();
    const line = body().selectAll("tr").data(order.slice(0, limit)).enter().append("tr");
    for (const c of columns) line.append("td").text(r => { const v = c.text ? c.text(r) : c.value(r); return v === undefined ? "" : v; });
    note.text(rows.length > limit ? `The table shows ${limit} of ${count(rows.length)} rows; a click on a heading sorts all of them.` : "");
  }
  columns.forEach((c, i) => head.append("th").append("button").text(c.name).on("click", () => {
    up = sorted === i ? !up : false;
    sorted = i;
    const rank = v => (v === undefined ? -Infinity : v);
    order = rows.slice().sort((a, b) => (up ? 1 : -1) * d3.ascending(rank(c.value(a)), rank(c.value(b))));
    draw();
  }));
  draw();
}

// The share of the samples up to each value, at most 1,000 steps.
function cdf(samples) {
  const s = samples.slice().sort(d3.ascending), step = Math.max(1, Math.floor(s.length / 1000)), points = [];
  for (let i = 0; i < s.length; i += step) points.push([s[i], (i + 1) / s.length]);
  if (s.length) points.push([s[s.length - 1], 1]);
  return points;
}

// Lines with names beside them. lines: [{name, points: [[x, y]]}].
function namedLines(f, lines, x, y, curve) {
  const draw = d3.line().x(p => x(p[0])).y(p => y(p[1])).curve(curve || d3.curveLinear);
  lines.forEach((l, i) => {
    if (!l.points.length) return;
    f.plot.append("path").attr("class", `line${i % 8}`).attr("d", draw(l.points)).append("title").text(l.name);
    f.plot.append("line").attr("class", `line${i % 8}`).attr("x1", f.width - 170).attr("x2", f.width - 140).attr("y1", 14 + 17 * i).attr("y2", 14 + 17 * i);
    f.plot.append("text").attr("x", f.width - 134).attr("y", 18 + 17 * i).text(l.name);
  });
}
