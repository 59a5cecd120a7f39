// The module that is emitted, with the lines of the chosen box marked; and the listing,
// which says in words what the picture shows.

const KEYWORDS = new Set("def return if raise for in range import from with as while else not and or is None True False class del".split(" "));

/** A line of Python as text and spans: comments, strings, numbers and keywords. */
function coloured(line) {
  const parts = [];
  const token = /(#.*$)|("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')|(\b\d[\w.]*)|([A-Za-z_]\w*)/g;
  let last = 0;
  for (const match of line.matchAll(token)) {
    const [text, comment, string, digits, word] = match;
    const kind = comment ? "comment" : string ? "string" : digits ? "digits" : KEYWORDS.has(word) ? "keyword" : null;
    if (!kind) continue;
    parts.push(line.slice(last, match.index), make("span", { class: kind }, text));
    last = match.index + text.length;
  }
  parts.push(line.slice(last));
  return parts;
}

class Listing {
  constructor(element, heading, lines, owners, picture) {
    this.picture = picture;
    this.owners = owners;
    this.rows = lines.map((line, i) => {
      const row = make("code", { class: "line", "data-line": i + 1 }, coloured(line));
      if (owners.has(i + 1)) row.classList.add("linked");
      return row;
    });
    this.body = make("pre", { class: "source", tabindex: "0", "aria-label": heading }, this.rows);
    this.body.addEventListener("click", (event) => this.onClick(event));
    fill(element, make("p", { class: "note" }, heading), this.body);
    this.marked = [];
    picture.listeners.push((id) => this.mark(id));
  }

  onClick(event) {
    const line = Number(event.target.closest("[data-line]")?.dataset.line);
    const id = this.owners.get(line);
    if (id && !String(getSelection())) this.picture.select(id);
  }

  mark(id) {
    for (const row of this.marked) row.classList.remove("marked");
    this.marked = [];
    const [first, last] = boxes.get(id)?.emitted ?? [];
    if (!first) return;
    this.marked = this.rows.slice(first - 1, last);
    for (const row of this.marked) row.classList.add("marked");
    this.reveal();
  }

  /** Bring the marked line into view; a hidden panel scrolls when it is opened. */
  reveal() {
    this.marked[0]?.scrollIntoView({ block: "center", inline: "nearest" });
  }
}

function emittedLines() {
  const owners = new Map();
  for (const box of data.boxes) {
    if (!box.emitted) continue;
    for (let line = box.emitted[0]; line <= box.emitted[1]; line += 1) {
      if (!owners.has(line) || box.name) owners.set(line, box.id);
    }
  }
  return owners;
}
