// Search by name, operation, type, rule or line; a combobox over a list of results.

class Search {
  constructor(input, list, picture) {
    this.input = input;
    this.list = list;
    this.picture = picture;
    this.found = [];
    this.at = -1;
    this.texts = data.boxes.map((box) => [
      box.id,
      title(box).toLowerCase(),
      [box.operation, box.op, box.type, box.position, box.rule && `rule ${box.rule}`, ...box.outputs]
        .filter(Boolean).join(" \n").toLowerCase(),
    ]);
    input.addEventListener("input", () => this.look());
    input.addEventListener("focus", () => this.look());
    input.addEventListener("keydown", (event) => this.onKey(event));
    input.addEventListener("blur", () => this.close());
    list.addEventListener("pointerdown", (event) => {
      event.preventDefault();
      const option = event.target.closest("[role=option]");
      if (option) this.jump([...list.children].indexOf(option));
    });
  }

  /** Exact names first, then names that begin so, then whatever holds the words. */
  look() {
    const wanted = this.input.value.trim().toLowerCase();
    this.at = -1;
    if (!wanted) {
      this.close();
      return;
    }
    const ranked = [[], [], [], []];
    for (const [id, name, rest] of this.texts) {
      if (name === wanted) ranked[0].push(id);
      else if (name.startsWith(wanted)) ranked[1].push(id);
      else if (name.includes(wanted)) ranked[2].push(id);
      else if (rest.includes(wanted)) ranked[3].push(id);
    }
    this.found = ranked.flat();
    this.show();
  }

  show() {
    const shown = this.found.slice(0, 30).map((id, i) => {
      const box = boxes.get(id);
      const detail = [box.name && box.operation, box.position].filter(Boolean).join("  ");
      return make("li", { role: "option", id: `found${i}`, class: box.half, "aria-selected": "false" },
        make("b", {}, make("bdi", {}, title(box))), make("small", {}, make("bdi", {}, detail || box.type)));
    });
    if (!shown.length) shown.push(make("li", { class: "note" }, "nothing found"));
    fill(this.list, shown);
    this.list.hidden = false;
    this.input.setAttribute("aria-expanded", "true");
    const count = this.found.length;
    say(`${count} result${count === 1 ? "" : "s"}`);
    this.picture.keep(count ? new Set(this.found) : null);
  }

  close() {
    this.list.hidden = true;
    this.input.setAttribute("aria-expanded", "false");
    this.input.removeAttribute("aria-activedescendant");
    this.picture.keep(null);
  }

  move(step) {
    const count = Math.min(30, this.found.length);
    if (!count) return;
    this.list.children[this.at]?.setAttribute("aria-selected", "false");
    this.at = (this.at + step + count + (this.at < 0 && step < 0 ? 1 : 0)) % count;
    const option = this.list.children[this.at];
    option.setAttribute("aria-selected", "true");
    option.scrollIntoView({ block: "nearest" });
    this.input.setAttribute("aria-activedescendant", option.id);
  }

  jump(index) {
    const id = this.found[index];
    if (!id) return;
    this.close();
    this.picture.select(id, { focus: true });
  }

  onKey(event) {
    if (event.key === "ArrowDown") this.move(1);
    else if (event.key === "ArrowUp") this.move(-1);
    else if (event.key === "Enter") this.jump(Math.max(this.at, 0));
    else if (event.key === "Escape") {
      this.input.value = "";
      this.close();
      this.picture.entry()?.focus();
    } else return;
    event.preventDefault();
    event.stopPropagation();
  }
}
