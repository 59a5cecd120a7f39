// The picture: which box is chosen, what the pointer or a step lights up, and the keys
// that walk along edges. Its boxes are the options of a list box, so that a screen
// reader hands the arrow keys over and says the box they lead to.

class Picture {
  constructor(stage, sheet, camera) {
    this.stage = stage;
    this.sheet = sheet;
    this.camera = camera;
    this.groups = new Map();
    this.edges = new Map();
    this.lit = [];
    this.selected = null;
    this.chosen = [];
    this.trail = [];
    this.listeners = [];
    this.adopt();
    this.listen();
  }

  adopt() {
    for (const [id, box] of boxes) {
      const group = byId(id);
      if (!group) continue;
      this.groups.set(id, group);
      group.setAttribute("role", "option");
      group.setAttribute("aria-selected", "false");
      group.setAttribute("aria-label", sentence(box));
      group.setAttribute("tabindex", "-1");
      if (box.bad) group.classList.add("bad");
    }
    this.camera.svg.setAttribute("role", "none");
    for (const path of this.sheet.querySelectorAll("[data-from]")) {
      const key = `gd-n${path.dataset.from} gd-n${path.dataset.to}`;
      if (!this.edges.has(key)) this.edges.set(key, []);
      this.edges.get(key).push(path);
    }
    for (const group of this.camera.svg.querySelectorAll(".edges, .frames, .labels, .heading")) {
      group.setAttribute("aria-hidden", "true");
    }
    this.entry()?.setAttribute("tabindex", "0");
  }

  /** Where Tab enters the picture: the box chosen last, else the loss. */
  entry() {
    return this.groups.get(this.selected ?? data.goals[0] ?? data.boxes[0]?.id);
  }

  /** Where a box stands in the picture; read from what is written, not measured. */
  bounds(id) {
    const rect = this.groups.get(id).querySelector("rect");
    const [x, y, width, height] = ["x", "y", "width", "height"].map((name) =>
      Number(rect.getAttribute(name)),
    );
    return { x, y, width, height };
  }

  /** The place that all of these boxes take up together. */
  around(ids) {
    const all = ids.map((id) => this.bounds(id));
    const x = Math.min(...all.map((b) => b.x));
    const y = Math.min(...all.map((b) => b.y));
    const width = Math.max(...all.map((b) => b.x + b.width)) - x;
    const height = Math.max(...all.map((b) => b.y + b.height)) - y;
    return { x, y, width, height };
  }

  /** Bring boxes into view: all of them if they fit, else as many of the first as do. */
  reveal(ids) {
    for (let count = ids.length; count > 0; count -= 1) {
      const bounds = this.around(ids.slice(0, count));
      if (count === 1 || this.camera.holds(bounds)) {
        this.camera.show(bounds);
        return;
      }
    }
  }

  middle(id) {
    const { x, y, width, height } = this.bounds(id);
    return [x + width / 2, y + height / 2];
  }

  /** Choose a box; `focus` moves the keyboard there, `trail` remembers the last one. */
  select(id, { focus = false, show = true, trail = true } = {}) {
    const group = this.groups.get(id);
    if (!group) return;
    if (trail && this.selected && this.selected !== id) this.trail.push(this.selected);
    this.entry()?.setAttribute("tabindex", "-1");
    for (const other of this.chosen) {
      other.classList.remove("selected", "facing");
      other.setAttribute("aria-selected", "false");
    }
    this.selected = id;
    group.setAttribute("tabindex", "0");
    group.setAttribute("aria-selected", "true");
    group.classList.add("selected");
    const facing = this.groups.get(boxes.get(id).partner);
    facing?.classList.add("facing");
    this.chosen = facing ? [group, facing] : [group];
    if (show) this.camera.show(this.bounds(id));
    if (focus) group.focus({ preventScroll: true });
    say(sentence(boxes.get(id)));
    for (const listener of this.listeners) listener(id);
  }

  back() {
    const id = this.trail.pop();
    if (id) this.select(id, { focus: true, trail: false });
  }

  clear() {
    for (const group of this.chosen) {
      group.classList.remove("selected", "facing");
      group.setAttribute("aria-selected", "false");
    }
    this.chosen = [];
    this.light(null);
  }

  /** Light up these boxes and the edges between them; null is nothing special. */
  light(ids) {
    for (const element of this.lit) element.classList.remove("on");
    this.lit = [];
    this.sheet.classList.toggle("lit", ids !== null);
    if (ids === null) return;
    for (const id of ids) {
      const group = this.groups.get(id);
      if (group) this.lit.push(group);
      for (const [other] of reads.get(id)) {
        if (ids.has(other)) this.lit.push(...(this.edges.get(`${other} ${id}`) ?? []));
      }
    }
    for (const element of this.lit) element.classList.add("on");
  }

  listen() {
    const { stage } = this;
    const over = (event) => event.target.closest?.("[role=option]")?.id;
    stage.addEventListener("pointerover", (event) => {
      if (event.pointerType === "touch" || this.camera.pointers.size) return;
      this.hover(over(event) ?? null);
    });
    stage.addEventListener("pointerleave", () => this.hover(null));
    stage.addEventListener("click", (event) => {
      if (this.camera.moved || event.target.closest("button")) return;
      const id = over(event);
      if (id) this.select(id, { focus: true, show: false });
    });
    stage.addEventListener("focusin", (event) => {
      const id = over(event);
      if (id && id !== this.selected && !this.camera.pointers.size) this.select(id);
    });
  }

  hover(id) {
    if (id === this.hovered) return;
    this.hovered = id;
    clearTimeout(this.waiting);
    const shine = () => this.light(id ? family(id) : this.kept ?? null);
    if (id) shine();
    else this.waiting = setTimeout(shine, 80);
  }

  /** Keep these boxes lit while the pointer rests on none. */
  keep(ids) {
    this.kept = ids;
    if (!this.hovered) this.light(ids);
  }

  /** The box that an arrow key leads to: along an edge, else the nearest that way. */
  towards(key) {
    const here = this.selected ?? this.entry()?.id;
    const { partner } = boxes.get(here);
    const linked = new Set([...reads.get(here), ...readers.get(here)].map(([id]) => id));
    if (partner) linked.add(partner);
    return this.nearest(here, key, linked) ?? this.nearest(here, key, this.groups.keys());
  }

  nearest(here, key, ids) {
    const [x, y] = this.middle(here);
    const along = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
    const [a, b] = along[key];
    let best = null;
    let least = Infinity;
    for (const id of ids) {
      if (id === here) continue;
      const [u, v] = this.middle(id);
      const ahead = (u - x) * a + (v - y) * b;
      const aside = Math.abs((u - x) * b) + Math.abs((v - y) * a);
      const cost = ahead + 2 * aside;
      if (ahead > 1 && aside <= 3 * ahead && cost < least) [best, least] = [id, cost];
    }
    return best;
  }

  walk(key) {
    const id = this.selected ? this.towards(key) : this.entry()?.id;
    if (id) this.select(id, { focus: true });
  }
}
