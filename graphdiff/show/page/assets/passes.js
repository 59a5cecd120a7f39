// What each rewriting pass did: its rules with their equations, and the statements
// before and after, those gone and those new told apart by sign and by colour.

const SIGNS = { "-": "gone", "+": "new", " ": "same", "…": "skipped" };

function changeView(change) {
  const rows = change.map(([sign, text]) =>
    make("code", { class: `line ${SIGNS[sign]}` }, make("span", { class: "sign", "aria-label": SIGNS[sign] }, sign), ` ${text}`),
  );
  return make("pre", { class: "source change", tabindex: "0" }, rows);
}

function ruleView(rule) {
  const [equation, ...rest] = rule.about;
  const count = rule.count > 1 ? make("span", { class: "badge" }, `${rule.count} times`) : null;
  return make("li", {}, make("b", {}, rule.name), " ", count,
    equation ? make("code", { class: "equation" }, equation) : null,
    rest.length ? make("p", { class: "note" }, rest.join(" ")) : null);
}

function passView(pass, index) {
  const summary = make("summary", {}, make("b", {}, `${index + 1}. ${pass.name}`),
    make("span", { class: "note" }, ` ${pass.before} → ${pass.after} nodes`));
  return make("details", { open: index === 0, class: "pass" }, summary,
    make("p", {}, pass.about),
    pass.rules.length ? make("ul", { class: "rules" }, pass.rules.map(ruleView)) : null,
    changeView(pass.change));
}

function showPasses(element) {
  const { passes } = data;
  if (!passes.length) {
    fill(element, make("p", {}, "No rewriting pass has anything to change in this graph."));
    return;
  }
  fill(element, make("p", { class: "note" }, data.passesAbout), passes.map(passView));
}
