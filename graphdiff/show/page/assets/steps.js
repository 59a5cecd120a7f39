// Back-propagation step by step: algorithm 6.2 of Goodfellow, Bengio and Courville, Deep
// Learning. Each step settles one row of the gradient table and sends its shares on.

class Steps {
  constructor(element, picture) {
    this.element = element;
    this.picture = picture;
    this.rows = data.steps.rows;
    this.order = data.steps.order;
    this.at = 0;
    this.timer = 0;
    this.parts = [];
    this.build();
    this.show(0);
  }

  get playing() {
    return this.timer !== 0;
  }

  build() {
    const button = (label, text, onclick) =>
      make("button", { type: "button", "aria-label": label, title: label, onclick }, text);
    this.play = button("Play", icon(ICONS.play), () => this.toggle());
    this.play.classList.add("primary");
    this.speed = make("input", { type: "range", min: 1, max: 9, value: 4, "aria-label": "Speed" });
    this.bar = make("input", {
      type: "range", class: "bar", min: 0, max: this.order.length, value: 0, "aria-label": "Step",
    });
    this.bar.addEventListener("input", () => this.go(Number(this.bar.value)));
    this.caption = make("p", { class: "caption", role: "status" });
    this.body = make("tbody");
    const heads = data.steps.heads.map((word) => make("th", { scope: "col" }, word));
    fill(
      this.element,
      make("div", { class: "controls", role: "group", "aria-label": "Stepping" },
        button("To the start", icon(ICONS.first), () => this.go(0)),
        button("Step back", icon(ICONS.back), () => this.step(-1)),
        this.play,
        button("Step", icon(ICONS.step), () => this.step(1)),
        button("To the end", icon(ICONS.last), () => this.go(this.order.length)),
        make("label", {}, "speed", this.speed)),
      this.bar,
      this.caption,
      make("div", { class: "scroller table" },
        make("table", { class: "gradients" }, make("thead", {}, make("tr", {}, heads)), this.body)),
    );
  }

  /** A row is made when it is first needed; its parts know at which step they appear. */
  row(index) {
    if (this.parts[index]) return this.parts[index];
    const row = this.rows[index];
    const element = make("tr", { "data-row": index });
    const name = make("button", { type: "button", class: "link", onclick: () => this.visit(row) },
      make("bdi", {}, breakable(row.name)));
    const terms = row.terms.map((term) => this.term(term));
    const sum = make("td", { class: "sum" }, this.amount(row.sum, true));
    element.append(make("th", { scope: "row" }, name), make("td", {}, make("ul", {}, terms)), sum);
    this.body.insertBefore(element, this.following(index));
    return (this.parts[index] = { element, terms, sum });
  }

  /** The row made already that comes next after this one: rows stand in their order. */
  following(index) {
    const next = this.parts.findIndex((part, i) => i > index && part);
    return next < 0 ? null : this.parts[next].element;
  }

  term(term) {
    const from = term.from == null ? null : make("small", {}, "from ", make("bdi", {}, term.from));
    return make("li", { "data-when": term.when }, from, this.amount(term));
  }

  amount(what, both = false) {
    const drawn = what.math && formula(what.math);
    const text = what.text && (both || !drawn) ? make("code", {}, breakable(what.text)) : null;
    const value = what.value ? number(what.value) : null;
    const math = drawn && make("span", { class: "scroller" }, drawn);
    return make("span", { class: "amount", title: what.text }, text, math, value);
  }

  visit(row) {
    const id = row.adjoint ?? row.box;
    if (id) this.picture.select(id);
  }

  /** Show the table as it stands after `at` steps. */
  show(at) {
    const low = Math.min(this.at, at);
    const high = Math.max(this.at, at);
    this.at = at;
    this.rows.forEach((row, index) => {
      if (row.when < low || row.first > high) return;
      const seen = row.first <= at;
      if (!seen && !this.parts[index]) return;
      const { element, terms, sum } = this.row(index);
      element.hidden = !seen;
      for (const [i, term] of terms.entries()) {
        term.hidden = row.terms[i].when > at;
        term.classList.toggle("new", row.terms[i].when === at);
      }
      sum.classList.toggle("settled", row.when <= at);
      element.classList.toggle("current", row.when === at);
    });
    this.bar.value = at;
    this.illuminate(at);
  }

  illuminate(at) {
    const current = this.order[at - 1];
    const { picture } = this;
    for (const element of this.marked ?? []) element.classList.remove("current");
    this.marked = [];
    if (!current) {
      this.caption.textContent = data.steps.about;
      picture.keep(null);
      return;
    }
    const row = this.rows[current.row];
    const ids = new Set([...current.lit, row.box, row.adjoint].filter(Boolean));
    for (const id of [row.box, row.adjoint]) {
      const group = picture.groups.get(id);
      if (group) this.marked.push(group);
    }
    for (const element of this.marked) element.classList.add("current");
    picture.keep(ids);
    const wanted = [row.adjoint, row.box, ...current.lit.slice(0, 8)];
    picture.reveal(wanted.filter((id) => picture.groups.has(id)));
    this.caption.textContent = `Step ${at} of ${this.order.length}: ${current.says}`;
    this.parts[current.row].element.scrollIntoView({ block: "nearest" });
  }

  go(at) {
    this.pause();
    this.show(Math.min(this.order.length, Math.max(0, at)));
  }

  step(by) {
    this.go(this.at + by);
  }

  toggle() {
    if (this.playing) {
      this.pause();
      return;
    }
    if (this.at >= this.order.length) this.show(0);
    this.label("Pause", ICONS.pause);
    this.advance();
  }

  advance() {
    this.show(this.at + 1);
    if (this.at >= this.order.length) {
      this.pause();
      return;
    }
    const wait = 3200 / 1.7 ** (Number(this.speed.value) - 1);
    this.timer = setTimeout(() => this.advance(), wait);
  }

  pause() {
    clearTimeout(this.timer);
    this.timer = 0;
    this.label("Play", ICONS.play);
  }

  label(word, path) {
    fill(this.play, icon(path));
    this.play.setAttribute("aria-label", word);
    this.play.title = `${word} (p)`;
  }

  /** Leave the picture as it was; the table stays where it is. */
  leave() {
    this.pause();
    for (const element of this.marked ?? []) element.classList.remove("current");
    this.picture.keep(null);
  }
}
