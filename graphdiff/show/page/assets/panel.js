// What there is to know of the box that is chosen.

class NodePanel {
  constructor(element, picture, open) {
    this.element = element;
    this.picture = picture;
    this.open = open;
    picture.listeners.push((id) => this.show(id));
    this.welcome();
  }

  welcome() {
    const counts = { forward: 0, gradient: 0 };
    for (const box of data.boxes) counts[box.half] += 1;
    fill(
      this.element,
      make("h2", { class: "name" }, data.title),
      make("p", {}, data.about),
      make(
        "p",
        { class: "note" },
        "Choose a box to see its formula, its type, the rule that made it and the line " +
          "it comes from. Rest on one to see its adjoint and all paths to the loss. " +
          "Press ? for the keys.",
      ),
      this.links("Outputs", data.outputs),
      this.links("Inputs", data.inputs),
      this.alarms(),
    );
  }

  /** What went bad first, when inputs are given. */
  alarms() {
    const bad = data.boxes.filter((box) => box.bad).map((box) => box.id);
    return bad.length ? this.links("Not finite", bad.slice(0, 12), "alarm") : null;
  }

  chip(id) {
    const box = boxes.get(id);
    const text = title(box);
    const name = make("bdi", {}, text);
    const kind = box.bad ? `chip ${box.half} bad` : `chip ${box.half}`;
    return make("button", { class: kind, type: "button", onclick: () => this.go(id) }, name);
  }

  go(id) {
    this.picture.select(id);
    this.element.querySelector("h2")?.focus();
  }

  links(heading, ids, kind = "") {
    if (!ids.length) return null;
    const shown = ids.slice(0, 40).map((id) => make("li", {}, this.chip(id)));
    if (ids.length > 40) shown.push(make("li", { class: "note" }, `and ${ids.length - 40} more`));
    return make("section", { class: kind }, make("h3", {}, heading), make("ul", { class: "chips" }, shown));
  }

  show(id) {
    const box = boxes.get(id);
    fill(
      this.element,
      make("h2", { class: "name", tabindex: "-1" }, make("bdi", {}, title(box))),
      this.badges(box),
      this.written(box),
      this.facts(box),
      box.lines && make("pre", { class: "lines" }, box.lines.join("\n")),
      this.slopes(box),
      box.value && valueView(box.half === "gradient" ? "Gradient" : "Value", box.value),
      this.facing(box),
      this.links("Reads", [...new Set(reads.get(id).map(([other]) => other))]),
      this.links("Read by", [...new Set(readers.get(id).map(([other]) => other))]),
    );
    this.element.scrollTop = 0;
  }

  badges(box) {
    const words = [box.half, ...(box.kind === "op" ? [] : [box.kind])];
    if (box.order > 1) words.push(`order ${box.order}`);
    for (const name of box.outputs) words.push(name === box.name ? "output" : `output ${name}`);
    const badges = words.map((word) => make("li", { class: `badge ${box.half}` }, make("bdi", {}, word)));
    if (box.bad) badges.push(make("li", { class: "badge bad" }, box.bad));
    return make("ul", { class: "badges" }, badges);
  }

  written(box) {
    const drawn = box.math && formula(box.math);
    const text = box.name && box.operation ? `${box.name} = ${box.operation}` : box.operation;
    if (!drawn && !text) return null;
    return make("div", { class: "formula scroller", tabindex: "0", role: "group", "aria-label": "formula" },
      drawn || make("code", {}, text));
  }

  /** The derivative by each argument; a dot is the adjoint that arrives. */
  slopes(box) {
    if (!box.local) return null;
    const rows = box.local.map(([id, markup]) =>
      make("li", { class: "scroller" }, this.chip(id), formula(markup)));
    return make("section", {}, make("h3", {}, "Local derivatives"), make("ul", { class: "slopes" }, rows));
  }

  facts(box) {
    const list = make("dl", { class: "facts" });
    const add = (term, ...what) => list.append(make("dt", {}, term), make("dd", {}, ...what));
    const code = (text) => make("code", {}, make("bdi", {}, text));
    if (box.math && box.operation) add("code", code(box.operation));
    if (box.shape != null) add("shape", code(box.shape));
    if (box.dtype) add("dtype", code(box.dtype));
    if (box.rule) add("rule", `derivative of ${box.rule} `, box.source ? this.chip(box.source) : null);
    if (box.convention) add("convention", box.convention);
    if (box.position) add("source", code(box.position), box.inherited ? " (of its forward node)" : "");
    if (box.emitted) add("emitted", this.emitted(box));
    if (box.partner) add(box.half === "gradient" ? "adjoint of" : "adjoint", this.chip(box.partner));
    return list;
  }

  emitted(box) {
    const [first] = box.emitted;
    const text = data.module.lines[first - 1].trim();
    const show = () => this.open("module");
    return make("button", { class: "link", type: "button", onclick: show, title: "Show the module" },
      make("span", { class: "number" }, `line ${first}`), make("code", {}, text));
  }

  facing(box) {
    const other = box.partner && boxes.get(box.partner);
    if (!other?.value) return null;
    return valueView(other.half === "gradient" ? `Gradient ${title(other)}` : `Value ${title(other)}`, other.value);
  }
}
