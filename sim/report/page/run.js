"use strict";
// The report of one run.

const PHASES = [["detect", 0, 2], ["notify", 2, 3], ["queue", 3, "begun"], ["command", "begun", 4], ["quiesce", 4, 5], ["drain", 5, 6],
  ["extract", 6, 7], ["decide", 7, 8], ["transfer", 8, 9], ["install", 9, 10]];
const mark = (row, m) => row[m === "begun" ? "begun_ps" : `t${m}_ps`];
const between = (row, from, to) => (mark(row, from) === undefined || mark(row, to) === undefined ? undefined : (mark(row, to) - mark(row, from)) / 1000);
const reload = row => (row.outcome === "completed" ? between(row, 0, 10) : undefined);
const blackout = row => (row.outcome === "completed" ? between(row, 5, 10) : undefined);
const known = v => v !== undefined;

function headline(data) {
  const s = data.stats, failed = s.expect.filter(e => !e.ok), violated = d3.sum(d3.values(s.invariants));
  const held = failed.length === 0 && violated === 0 && s.complete;
  const head = d3.select("#page").append("header");
  head.append("h1").text(`${s.scenario.name}, seed ${s.seed}`);
  const build = data.run && data.run.build ? `toesim ${data.run.build.version}, commit ${data.run.build.commit.slice(0, 12)}${data.run.build.dirty ? " with changes" : ""}` : "";
  head.append("p").attr("class", "soft").text(build);
  if (data.run && data.run.command) head.append("p").append("code").text(data.run.command.join(" "));
  head.append("p").attr("class", held ? "good" : "bad").text(held ? "Every expectation and every invariant held."
    : `${failed.length} expectations failed, ${violated} invariants were violated${s.complete ? "" : ", and the run was cut"}.`);
  const l = s.moves.latency_ns || {}, b = s.moves.blackout_ns || {}, st = s.streams;
  const tiles = [["moves", `${count(s.moves.completed)} of ${count(s.moves.started)}`, "completed"], ["reload, median", time(l.p50), `p99 ${time(l.p99)}`],
    ["blackout, median", time(b.p50), `p99 ${time(b.p99)}`], ["conversations", `${count(st.intact)} of ${count(st.complete)}`, "intact"],
    ["bytes compared", count(st.bytes_to_server + st.bytes_to_client), st.damaged ? `${st.damaged} damaged` : "all right"],
    ["simulated", time(s.sim_time_ps / 1000), `${count(s.frames.received)} frames received`]];
  const box = head.append("div").attr("class", "tiles").selectAll("div").data(tiles).enter().append("div").attr("class", "tile");
  box.append("span").text(t => t[0]);
  box.append("b").text(t => t[1]);
  box.append("span").text(t => t[2]);
  table(section("Expectations"), [{ name: "expectation", value: e => e.text }, { name: "actual", value: e => e.actual },
    { name: "holds", value: e => (e.ok ? "yes" : "NO") }], s.expect);
}

// The medians of the phases, one behind the other, and the least value of each.
function waterfallBars(done, floors) {
  let at = 0;
  return PHASES.map(([name, from, to]) => {
    const v = done.map(r => between(r, from, to)).filter(known);
    const bar = { name, start: at, length: v.length ? d3.median(v) : 0, low: floors ? floors[name] || 0 : v.length ? d3.min(v) : 0 };
    at += bar.length;
    return bar;
  });
}

function drawWaterfall(parent, title, bars, end) {
  const f = frame(parent, title, 300), x = d3.scaleLinear([0, end * 1.18], [0, f.width]), y = d3.scaleBand(bars.map(b => b.name), [0, f.height]).padding(0.2);
  f.svg.append("defs").html('<pattern id="hatch" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><line x1="0" y1="0" x2="0" y2="6" stroke="currentColor" stroke-width="2"/></pattern>');
  axes(f, x, y, `time since the trigger, ${title}`, "", tick);
  const row = f.plot.selectAll("g.bar").data(bars).enter().append("g").attr("class", "bar").attr("transform", b => `translate(0,${y(b.name)})`);
  row.append("rect").attr("class", "plain").attr("x", b => x(b.start)).attr("width", b => Math.max(1, x(b.length))).attr("height", y.bandwidth() * 0.6);
  row.append("rect").attr("fill", "url(#hatch)").attr("x", b => x(b.start)).attr("y", y.bandwidth() * 0.65).attr("width", b => x(b.low)).attr("height", y.bandwidth() * 0.35);
  row.append("text").attr("x", b => x(b.start + b.length) + 6).attr("y", y.bandwidth() * 0.55).text(b => time(b.length));
}

// NICs that differ make the two directions differ, so each has a figure of its own then.
function waterfall(moves, floors) {
  const s = section("Where the time of a move goes", floors ? "Each bar is the median of a phase, from the trigger to the new NIC; the hatched bar beside it is its arithmetic floor."
    : "Each bar is the median of a phase, from the trigger to the new NIC; the hatched bar beside it is the shortest one of this run.");
  const done = moves.filter(r => known(reload(r)));
  if (!done.length) return void s.append("p").text("No move was completed.");
  const ways = [0, 1].map(nic => done.filter(r => r.to === nic)).filter(w => w.length), middle = w => d3.median(w, reload);
  const medians = ways.map(w => waterfallBars(w).map(b => b.length));
  const differ = ways.length === 2 && medians[0].some((m, i) => Math.abs(m - medians[1][i]) > 0.005 * middle(done));
  const lower = floors && Object.fromEntries(PHASES.map(([p]) => [p, Math.min(floors[0][p] || 0, floors[1][p] || 0)]));
  const figures = differ ? ways.map(w => [`to nic${w[0].to}`, waterfallBars(w, floors && floors[w[0].to])]) : [["all moves", waterfallBars(done, lower)]];
  const end = d3.max(figures, f => d3.sum(f[1], b => b.length));
  s.attr("data-figures", figures.length);
  for (const [title, bars] of figures) drawWaterfall(s, title, bars, end);
}

function distributions(moves) {
  const s = section("How the moves differ", "The share of moves that took at most this long. The service gap is the time from the last frame of the old NIC to the first frame of the new one.");
  const lines = [{ name: "reload", points: cdf(moves.map(reload).filter(known)) }, { name: "blackout", points: cdf(moves.map(blackout).filter(known)) },
    { name: "service gap", points: cdf(moves.map(r => r.service_gap_ns).filter(v => known(v) && v > 0)) }].filter(l => l.points.length);
  if (!lines.length) return void s.append("p").text("No move was completed.");
  const all = [].concat(...lines.map(l => l.points.map(p => p[0]))), f = frame(s, "Distributions");
  const x = d3.scaleLog([Math.max(1, d3.min(all)) * 0.9, d3.max(all) * 1.1], [0, f.width]), y = d3.scaleLinear([0, 1], [f.height, 0]);
  axes(f, x, y, "time, logarithmic", "", tick, d3.format(".0%"));
  namedLines(f, lines, x, y, d3.curveStepAfter);
}

function overTime(moves) {
  const s = section("Moves over time", "Each mark is a row of moves.csv. A circle is a move to nic0, a square one to nic1, and a cross did not complete.");
  const start = r => [r.t0_ps, r.t3_ps, r.begun_ps].find(known);
  const end = r => r.t10_ps === undefined ? undefined : (r.t10_ps - start(r)) / 1000;
  const rows = moves.filter(r => known(start(r)));
  if (!rows.length) return void s.append("p").text("There was no move. Try a scenario with switch.rehash, or --port-policy alternate.");
  const values = rows.map(end).filter(v => v > 0), f = frame(s, "Moves over time", 300);
  const x = d3.scaleLinear(d3.extent(rows, r => start(r) / 1000), [0, f.width]).nice(), y = d3.scaleLog([d3.min(values) * 0.8 || 1, d3.max(values) * 1.25 || 10], [f.height, 0]);
  axes(f, x, y, "simulated time of the trigger", "time until active", tick, tick);
  marks(f, rows.map(r => ({ x: x(start(r) / 1000), y: end(r) > 0 ? y(end(r)) : f.height, kind: r.outcome !== "completed" ? 2 : r.to === 1 ? 1 : 0,
    text: `connection ${r.conn}, ${r.from} to ${r.to}, ${r.kind}, ${r.outcome}: ${time(end(r))}` })));
}

// The row of conns.csv that belongs to a connection id. Rows are in the order of admission, which is that of the ids as long
// as no id is used again. So a row counts only if it has as many moves as moves.csv has.
function aboutConnection(conns, id, transfers) {
  const row = conns[id], moves = transfers.filter(r => r.kind === "move" && r.outcome === "completed").length;
  return row && row.moves === moves ? row : undefined;
}

// Which NIC had a connection when, and why it moved.
function residency(moves, conns) {
  const byConn = d3.nest().key(r => r.conn).entries(moves.filter(r => known(r.begun_ps)));
  const top = byConn.sort((a, b) => b.values.length - a.values.length).slice(0, 40).sort((a, b) => a.key - b.key);
  const s = section("Which NIC had a connection", `The ${top.length} connections with most transfers, of ${count(byConn.length)} that had any. A full bar is nic1, a thin bar nic0; a tick is a transfer.`);
  if (!top.length) return void s.append("p").text("No connection changed its place.");
  const end = d3.max(moves, r => d3.max([r.t12_ps, r.t10_ps, r.begun_ps].filter(known)));
  const f = frame(s, "Residency", 40 + 16 * top.length + 14), x = d3.scaleLinear([0, end / 1000 * 1.03], [0, f.width]), y = d3.scaleBand(top.map(t => t.key), [0, f.height]).padding(0.25);
  axes(f, x, y, "simulated time", "", tick);
  for (const t of top) {
    const list = t.values.sort((a, b) => a.begun_ps - b.begun_ps), about = aboutConnection(conns, +t.key, list);
    let from = about && about.opened_ps && about.opened_ps < list[0].begun_ps ? about.opened_ps : list[0].begun_ps * 0.98, place = list[0].from;
    const bar = (a, b, nic) => { if (nic === 0 || nic === 1) f.plot.append("rect").attr("class", `nic${nic}`).attr("x", x(a / 1000)).attr("width", Math.max(0.5, x(b / 1000) - x(a / 1000)))
      .attr("y", y(t.key) + (nic === 1 ? 0 : y.bandwidth() * 0.35)).attr("height", y.bandwidth() * (nic === 1 ? 1 : 0.3)).append("title").text(`connection ${t.key} on nic${nic}`); };
    for (const r of list) {
      const at = r.t10_ps === undefined ? r.begun_ps : r.t10_ps;
      bar(from, at, place);
      f.plot.append("line").attr("class", "line6").attr("x1", x(at / 1000)).attr("x2", x(at / 1000)).attr("y1", y(t.key)).attr("y2", y(t.key) + y.bandwidth())
        .append("title").text(`${r.kind}: ${r.trigger}${r.policy ? `, policy ${r.policy}` : ""}, ${r.outcome}`);
      from = at;
      if (r.outcome === "completed") place = r.to;
    }
    bar(from, about && about.closed_ps > from ? about.closed_ps : end, place);
  }
}

function goodput(series) {
  const s = section("Goodput and retransmissions over time");
  if (series.length < 2) return void s.append("p").attr("class", "soft").html("This needs samples. Run again with <code>--set measure.sample=50us</code>.");
  const bytes = r => ["rx_payload_bytes", "tx_payload_bytes"].reduce((sum, k) => sum + [0, 1].reduce((n, i) => n + (r[`nics[${i}].engine.${k}`] || 0), 0), 0);
  const again = r => (r["peer.retransmissions"] || 0) + [0, 1].reduce((n, i) => n + (r[`nics[${i}].engine.tx_retransmissions`] || 0), 0);
  const bins = 200, first = series[0].time_ps, span = (series[series.length - 1].time_ps - first) / bins, rates = [], resent = [];
  let from = series[0], b = 1;
  for (const r of series) {
    if (r.time_ps < first + b * span) continue;
    const ns = (r.time_ps - from.time_ps) / 1000;
    if (ns > 0) { rates.push([r.time_ps / 1000, (bytes(r) - bytes(from)) * 8 / ns]); resent.push([r.time_ps / 1000, again(r) - again(from)]); }
    from = r;
    b = Math.floor((r.time_ps - first) / span) + 1;
  }
  const f = frame(s, "Goodput"), x = d3.scaleLinear(d3.extent(rates, p => p[0]), [0, f.width]), y = d3.scaleLinear([0, d3.max(rates, p => p[1]) || 1], [f.height, 0]).nice();
  axes(f, x, y, "simulated time", "payload of both NICs, Gb/s", tick);
  namedLines(f, [{ name: "goodput", points: rates }], x, y, d3.curveStepBefore);
  const g = frame(s, "Retransmissions", 150), z = d3.scaleLinear([0, d3.max(resent, p => p[1]) || 1], [g.height, 0]).nice();
  axes(g, x, z, "simulated time", "retransmitted segments, both sides", tick);
  namedLines(g, [{ name: "retransmissions", points: resent }], x, z, d3.curveStepBefore);
}

// The number of sets of the cache of a NIC, as far as run.json has it.
function setsOf(run, nic) {
  const values = run && run.configuration ? run.configuration : {};
  const key = [`nics.nic${nic}.cache.sets`, "nics.cache.sets"].find(k => values[k]);
  return key ? values[key].value : 0;
}

function heatMap(sets, shape) {
  const s = section("The context caches by set", "Each cell is a set of the cache; its darkness is the number of accesses, and a cross marks sets that evicted a context.");
  if (!sets.length) return void s.append("p").attr("class", "soft").text("The golden model of the cache has no counts by set.");
  const top = d3.max(sets, r => r.hits + r.misses);
  for (const nic of [0, 1]) {
    const rows = sets.filter(r => r.nic === nic), size = Math.max(shape[nic] || 0, d3.max(rows, r => r.set + 1) || 1), columns = 64, lines = Math.ceil(size / columns);
    const f = frame(s, `Cache of nic${nic}`, 30 + lines * 16 + 24, 1100, { top: 22, right: 24, bottom: 16, left: 78 }), cell = f.width / columns;
    f.svg.attr("data-sets", size);
    f.plot.append("text").attr("y", -7).text(`nic${nic}: ${count(size)} sets, ${count(d3.sum(rows, r => r.hits))} hits, ${count(d3.sum(rows, r => r.misses))} misses, ${count(d3.sum(rows, r => r.evictions))} evictions`);
    f.plot.append("rect").attr("width", f.width).attr("height", lines * 16).attr("fill", "none").attr("stroke", "var(--line)");
    const g = f.plot.selectAll("g.set").data(rows).enter().append("g").attr("class", "set").attr("transform", r => `translate(${(r.set % columns) * cell},${Math.floor(r.set / columns) * 16})`);
    g.append("rect").attr("class", "plain").attr("width", cell - 1).attr("height", 15).attr("fill-opacity", r => 0.08 + 0.92 * Math.sqrt((r.hits + r.misses) / top));
    g.filter(r => r.evictions > 0).append("text").attr("x", 3).attr("y", 12).text("x");
    g.append("title").text(r => `set ${r.set}: ${r.hits} hits, ${r.misses} misses, ${r.evictions} evictions`);
  }
}

function pcie(nics) {
  const s = section("PCIe"), rows = [];
  nics.forEach((n, i) => rows.push({ name: n.name || `nic${i}`, ...n.pcie }));
  const keys = ["bytes_up", "bytes_down", "tlps_up", "tlps_down", "writes", "reads", "msix", "mmio_writes", "mmio_reads", "acks", "naks", "replays"];
  table(s, [{ name: "NIC", value: r => r.name }].concat(keys.map(k => ({ name: k, value: r => r[k], text: r => count(r[k] || 0) }))), rows);
}

function lists(moves, conns) {
  const ranking = d3.nest().key(r => r.conn).entries(moves.filter(r => r.kind === "move")).map(e => ({ conn: +e.key, moves: e.values.length,
    held: d3.sum(e.values, r => r.held), forwarded: d3.sum(e.values, r => r.forwarded), back: e.values.filter((r, i) => i > 0 && r.to === e.values[i - 1].from).length }));
  ranking.sort((a, b) => b.moves - a.moves);
  table(section("Connections that move to and fro", "Returns are moves back to the NIC that the connection had left with the move before."),
    ["conn", "moves", "back", "held", "forwarded"].map(k => ({ name: { conn: "connection", back: "returns" }[k] || k, value: r => r[k] })), ranking);
  const number = (name, f) => ({ name, value: f, text: r => (known(f(r)) ? time(f(r)) : "") });
  table(section("All transfers"), ["conn", "kind", "mechanism", "policy", "trigger", "from", "to", "outcome", "held", "forwarded", "dup_acks", "rexmit_peer", "rexmit_own"].map(k => ({ name: k, value: r => r[k] }))
    .concat([number("reload", reload), number("blackout", blackout), number("service gap", r => r.service_gap_ns)]), moves);
  table(section("All connections"), ["row", "remote", "local", "state", "owner", "moves", "rx_bytes", "tx_bytes", "outcome", "why"].map(k => ({ name: k, value: r => r[k] })), conns);
}

function links(files) {
  const s = section("Files of this run", "The links work while this page lies in the folder of the results.");
  s.append("p").selectAll("a").data(files).enter().append("span").html(f => `<a href="${f}">${f}</a> `);
}

function showRun(data) {
  const moves = rowsOf(data.moves), conns = rowsOf(data.conns);
  headline(data);
  waterfall(moves, data.floors);
  distributions(moves);
  overTime(moves);
  residency(moves, conns);
  goodput(rowsOf(data.series));
  heatMap(rowsOf(data.sets), [0, 1].map(nic => setsOf(data.run, nic)));
  pcie(data.stats.nics);
  lists(moves, conns);
  links(data.files);
}
