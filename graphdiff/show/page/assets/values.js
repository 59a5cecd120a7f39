// Numbers: of an array its statistics, how its entries are spread, and if it is small
// all of them. What is not a number, or infinite, is red.

const isBad = (text) => /nan|inf/i.test(text);
const number = (text, tag = "span") =>
  make(tag, { class: isBad(text) ? "number bad" : "number" }, text);

function statistics(value) {
  const names = { min: "min", max: "max", mean: "mean", norm: "norm", zeros: "zeros" };
  const list = make("dl", { class: "statistics" });
  for (const [key, word] of Object.entries(names)) {
    if (value[key] == null) continue;
    list.append(make("div", {}, make("dt", {}, word), number(value[key], "dd")));
  }
  for (const key of ["nan", "inf"]) {
    if (!value[key]) continue;
    list.append(make("div", { class: "alarm" }, make("dt", {}, key), make("dd", {}, value[key])));
  }
  return list;
}

/** How the entries are spread from the least to the greatest. */
function histogram(value) {
  if (!value.bins) return null;
  const top = Math.max(...value.bins);
  const bars = value.bins.map((count) => {
    const bar = make("i");
    bar.style.height = `${count ? Math.max(4, (100 * count) / top) : 0}%`;
    return bar;
  });
  const label = `how the entries are spread from ${value.min} to ${value.max}`;
  return make("div", { class: "histogram", role: "img", "aria-label": label }, bars);
}

function entries(value) {
  if (value.entries == null) return null;
  if (typeof value.entries === "string") return number(value.entries, "output");
  const rows = value.entries.map((row) =>
    make("tr", {}, [row].flat().map((entry) => number(entry, "td"))),
  );
  return make("div", { class: "scroller" }, make("table", { class: "entries" }, make("tbody", {}, rows)));
}

/** All that is known of a value, under a heading. */
function valueView(heading, value) {
  const parts = [entries(value)];
  if (value.min != null || value.nan || value.inf) parts.push(statistics(value), histogram(value));
  if (value.note) parts.push(make("p", { class: "note" }, value.note));
  return make("section", { class: "value" }, make("h3", {}, heading), parts);
}
