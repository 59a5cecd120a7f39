// A small map of the whole picture, where that is larger than the stage: each box is a
// speck, a frame shows what is in view, and dragging on it moves the picture. The
// keyboard has other ways (arrows, search, fit), so that it is hidden from readers.

class SmallMap {
  constructor(element, camera, picture) {
    this.element = element;
    this.camera = camera;
    this.picture = picture;
    this.canvas = element.querySelector("canvas");
    this.frame = element.querySelector("i");
    const { width, height } = camera;
    this.wide = Math.min(130, Math.max(34, (170 * width) / height));
    this.high = Math.min(170, Math.max(34, (130 * height) / width));
    this.canvas.style.width = `${this.wide}px`;
    this.canvas.style.height = `${this.high}px`;
    this.canvas.width = 2 * this.wide;
    this.canvas.height = 2 * this.high;
    element.addEventListener("pointerdown", (event) => this.onDown(event));
    element.addEventListener("pointermove", (event) => this.onMove(event));
    camera.listeners.push(() => this.follow());
    this.paint();
    this.follow();
  }

  /** Draw the specks, in the colours of the day. */
  paint() {
    const drawing = this.canvas.getContext("2d");
    const across = this.canvas.width / this.camera.width;
    const down = this.canvas.height / this.camera.height;
    const colours = getComputedStyle(this.element);
    drawing.clearRect(0, 0, this.canvas.width, this.canvas.height);
    for (const id of this.picture.groups.keys()) {
      const { x, y, width, height } = this.picture.bounds(id);
      const { half, bad } = boxes.get(id);
      const name = bad ? "outlineColor" : half === "gradient" ? "columnRuleColor" : "color";
      drawing.fillStyle = colours[name];
      drawing.fillRect(x * across, y * down, Math.max(2, width * across), Math.max(1.5, height * down));
    }
  }

  /** Put the frame around what is in view; no map is needed where that is all. */
  follow() {
    const { camera } = this;
    const { clientWidth, clientHeight } = camera.stage;
    this.element.hidden =
      camera.width * camera.scale < 1.05 * clientWidth && camera.height * camera.scale < 1.05 * clientHeight;
    const across = this.wide / (camera.width * camera.scale);
    const down = this.high / (camera.height * camera.scale);
    const left = Math.max(0, -camera.x * across);
    const top = Math.max(0, -camera.y * down);
    const right = Math.min(this.wide, (clientWidth - camera.x) * across);
    const bottom = Math.min(this.high, (clientHeight - camera.y) * down);
    this.frame.style.transform = `translate(${left}px, ${top}px)`;
    this.frame.style.width = `${Math.max(4, right - left)}px`;
    this.frame.style.height = `${Math.max(4, bottom - top)}px`;
  }

  onDown(event) {
    event.stopPropagation();
    this.element.setPointerCapture(event.pointerId);
    this.go(event);
  }

  onMove(event) {
    if (this.element.hasPointerCapture(event.pointerId)) this.go(event);
  }

  go(event) {
    const { camera } = this;
    const { left, top } = this.canvas.getBoundingClientRect();
    const x = ((event.clientX - left) / this.wide) * camera.width * camera.scale;
    const y = ((event.clientY - top) / this.high) * camera.height * camera.scale;
    camera.stop();
    camera.place(camera.stage.clientWidth / 2 - x, camera.stage.clientHeight / 2 - y, camera.scale);
  }
}
