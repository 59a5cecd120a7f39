// Where the picture stands: drag, wheel, pinch, buttons and keys move and scale it.

/** The height at the bottom of the stage that its buttons take up. */
const TOOLS = 44;

class Camera {
  constructor(stage, sheet) {
    this.stage = stage;
    this.sheet = sheet;
    this.svg = sheet.querySelector("svg");
    const { width, height } = this.svg.viewBox.baseVal;
    this.width = width;
    this.height = height;
    this.svg.setAttribute("width", width);
    this.svg.setAttribute("height", height);
    this.x = this.y = 0;
    this.scale = 1;
    this.pointers = new Map();
    this.moved = false;
    this.settling = 0;
    this.flight = 0;
    this.listeners = [];
    this.listen();
  }

  /** The smallest scale: the whole picture, or half of its size. */
  get least() {
    return Math.min(0.5, this.fitting());
  }

  fitting() {
    const { clientWidth, clientHeight } = this.stage;
    const room = 24;
    return Math.min(
      (clientWidth - room) / this.width,
      (clientHeight - room - TOOLS) / this.height,
      1.5,
    );
  }

  place(x, y, scale) {
    const { clientWidth, clientHeight } = this.stage;
    const margin = 80;
    this.scale = Math.min(6, Math.max(this.least, scale));
    const keep = (at, size, room) =>
      Math.min(room - margin, Math.max(margin - size * this.scale, at));
    this.x = keep(x, this.width, clientWidth);
    this.y = keep(y, this.height, clientHeight);
    this.draw();
  }

  draw() {
    this.sheet.style.transform = `translate(${this.x}px, ${this.y}px) scale(${this.scale})`;
    this.stage.classList.toggle("far", this.scale < 0.28);
    this.stage.classList.add("moving");
    clearTimeout(this.settling);
    this.settling = setTimeout(() => this.stage.classList.remove("moving"), 160);
    for (const listener of this.listeners) listener();
  }

  pan(dx, dy) {
    this.stop();
    this.place(this.x + dx, this.y + dy, this.scale);
  }

  /** Scale by `factor`, the point (x, y) of the stage staying where it is. */
  zoom(factor, x = this.stage.clientWidth / 2, y = this.stage.clientHeight / 2) {
    this.stop();
    const scale = Math.min(6, Math.max(this.least, this.scale * factor));
    const ratio = scale / this.scale;
    this.place(x - (x - this.x) * ratio, y - (y - this.y) * ratio, scale);
  }

  fit() {
    const scale = this.fitting();
    const { clientWidth, clientHeight } = this.stage;
    this.fly(
      (clientWidth - this.width * scale) / 2,
      (clientHeight - TOOLS - this.height * scale) / 2,
      scale,
    );
  }

  /** Begin where text can be read: the whole picture if it is, else around `bounds`,
   * without room beside the picture that it could fill. */
  begin(bounds) {
    const scale = this.fitting();
    if (scale >= 0.5 || !bounds) {
      this.fit();
      this.land();
      return;
    }
    const { clientWidth, clientHeight } = this.stage;
    const margin = 12;
    const chosen = Math.min(0.8, Math.max(0.5, (clientWidth - 2 * margin) / this.width));
    const along = (middle, size, room) => {
      const rest = room - size * chosen;
      if (rest >= 2 * margin) return rest / 2;
      return Math.min(margin, Math.max(rest - margin, room / 2 - middle * chosen));
    };
    const x = along(bounds.x + bounds.width / 2, this.width, clientWidth);
    const y = along(bounds.y + bounds.height / 2, this.height, clientHeight);
    this.place(x, y, chosen);
  }

  /** Bring `bounds` (in units of the picture) to the middle. */
  centre(bounds, scale = this.scale) {
    const { clientWidth, clientHeight } = this.stage;
    this.fly(
      clientWidth / 2 - (bounds.x + bounds.width / 2) * scale,
      clientHeight / 2 - (bounds.y + bounds.height / 2) * scale,
      scale,
    );
  }

  /** Move as little as shows `bounds`, or the middle of them if they are too large. */
  show(bounds) {
    const scale = Math.max(this.scale, 0.4);
    if (scale !== this.scale) {
      this.centre(bounds, scale);
      return;
    }
    const { clientWidth, clientHeight } = this.stage;
    const shift = (at, size, room) => {
      const margin = Math.min(56, room / 8);
      const [start, end] = [at, at + size * scale];
      if (end - start > room - 2 * margin) return room / 2 - (start + end) / 2;
      return Math.max(margin - start, 0) + Math.min(room - margin - end, 0);
    };
    const dx = shift(bounds.x * scale + this.x, bounds.width, clientWidth);
    const dy = shift(bounds.y * scale + this.y, bounds.height, clientHeight);
    if (dx || dy) this.fly(this.x + dx, this.y + dy, scale);
  }

  /** Whether `bounds` fit on the stage at the scale there is. */
  holds(bounds) {
    const { clientWidth, clientHeight } = this.stage;
    const scale = Math.max(this.scale, 0.4);
    return bounds.width * scale < 0.86 * clientWidth && bounds.height * scale < 0.86 * clientHeight;
  }

  fly(x, y, scale) {
    this.stop();
    this.goal = [x, y, scale];
    if (calm.matches || document.hidden) {
      this.land();
      return;
    }
    const from = [this.x, this.y, this.scale];
    const begun = performance.now();
    const step = (now) => {
      const t = Math.min(1, Math.max(0, now - begun) / 240);
      const eased = 1 - (1 - t) ** 3;
      const [a, b, c] = from.map((value, i) => value + (this.goal[i] - value) * eased);
      this.place(a, b, c);
      this.flight = t < 1 ? requestAnimationFrame(step) : 0;
    };
    this.flight = requestAnimationFrame(step);
  }

  stop() {
    cancelAnimationFrame(this.flight);
    this.flight = 0;
  }

  land() {
    this.stop();
    this.place(...this.goal);
  }

  listen() {
    const { stage } = this;
    stage.addEventListener("wheel", (event) => this.onWheel(event), { passive: false });
    stage.addEventListener("pointerdown", (event) => this.onDown(event));
    stage.addEventListener("pointermove", (event) => this.onMove(event));
    for (const kind of ["pointerup", "pointercancel"]) {
      stage.addEventListener(kind, (event) => this.pointers.delete(event.pointerId));
    }
    new ResizeObserver(() => this.place(this.x, this.y, this.scale)).observe(stage);
  }

  onWheel(event) {
    event.preventDefault();
    const unit = event.deltaMode === 1 ? 16 : 1;
    if (event.shiftKey) {
      this.pan(-(event.deltaX || event.deltaY) * unit, 0);
      return;
    }
    const { left, top } = this.stage.getBoundingClientRect();
    const speed = event.ctrlKey ? 0.01 : 0.0016;
    const factor = Math.exp(-event.deltaY * unit * speed);
    this.zoom(factor, event.clientX - left, event.clientY - top);
  }

  onDown(event) {
    if (event.button !== 0 || event.target.closest("button")) return;
    this.pointers.set(event.pointerId, [event.clientX, event.clientY]);
    this.moved = this.pointers.size > 1;
    this.start = [event.clientX, event.clientY];
  }

  onMove(event) {
    const before = this.pointers.get(event.pointerId);
    if (!before) return;
    const now = [event.clientX, event.clientY];
    if (!this.moved && Math.hypot(now[0] - this.start[0], now[1] - this.start[1]) < 5) return;
    if (!this.moved) this.stage.setPointerCapture(event.pointerId);
    this.moved = true;
    const [other] = [...this.pointers].filter(([id]) => id !== event.pointerId);
    this.pointers.set(event.pointerId, now);
    if (other) this.pinch(other[1], before, now);
    else this.pan(now[0] - before[0], now[1] - before[1]);
  }

  pinch(still, before, now) {
    const { left, top } = this.stage.getBoundingClientRect();
    const far = (a) => Math.max(1, Math.hypot(a[0] - still[0], a[1] - still[1]));
    this.zoom(far(now) / far(before), (now[0] + still[0]) / 2 - left, (now[1] + still[1]) / 2 - top);
  }
}
