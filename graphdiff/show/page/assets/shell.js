// What stands around the picture: tabs, the theme, the help, the border to the panel.

class Tabs {
  constructor(list) {
    this.tabs = [...list.querySelectorAll("[role=tab]")];
    this.listeners = [];
    for (const tab of this.tabs) tab.addEventListener("click", () => this.open(tab.dataset.tab));
    list.addEventListener("keydown", (event) => this.onKey(event));
  }

  get current() {
    return this.tabs.find((tab) => tab.ariaSelected === "true")?.dataset.tab;
  }

  open(name, focus = false) {
    for (const tab of this.tabs) {
      const own = tab.dataset.tab === name;
      tab.ariaSelected = String(own);
      tab.tabIndex = own ? 0 : -1;
      byId(tab.getAttribute("aria-controls")).hidden = !own;
      if (own && focus) tab.focus();
    }
    for (const listener of this.listeners) listener(name);
  }

  onKey(event) {
    const here = this.tabs.findIndex((tab) => tab === document.activeElement);
    const last = this.tabs.length - 1;
    const moves = { ArrowRight: here + 1, ArrowLeft: here - 1, Home: 0, End: last };
    const wanted = moves[event.key];
    if (wanted === undefined) return;
    this.open(this.tabs[(wanted + last + 1) % (last + 1)].dataset.tab, true);
    event.preventDefault();
    event.stopPropagation();
  }
}

/** Light and dark: as the system has it, until the button says otherwise. */
function themes(button, changed) {
  const root = document.documentElement;
  const system = matchMedia("(prefers-color-scheme: dark)");
  const isDark = () => (root.dataset.theme ? root.dataset.theme === "dark" : system.matches);
  const label = () => {
    button.setAttribute("aria-pressed", String(isDark()));
    fill(button, icon(isDark() ? ICONS.sun : ICONS.moon));
  };
  const toggle = () => {
    root.dataset.theme = isDark() ? "light" : "dark";
    label();
    changed();
  };
  button.addEventListener("click", toggle);
  system.addEventListener("change", () => {
    label();
    changed();
  });
  label();
  return toggle;
}

/** The border between picture and panel: dragged, or moved with the arrow keys. */
function border(handle, layout) {
  const place = (share) => {
    const kept = Math.min(0.7, Math.max(0.2, share));
    layout.style.setProperty("--panel", `${100 * kept}%`);
    handle.setAttribute("aria-valuenow", Math.round(100 * kept));
  };
  const share = () => byId("panel").offsetWidth / layout.offsetWidth;
  handle.addEventListener("pointerdown", (event) => {
    handle.setPointerCapture(event.pointerId);
    event.preventDefault();
  });
  handle.addEventListener("pointermove", (event) => {
    if (!handle.hasPointerCapture(event.pointerId)) return;
    const { right, width } = layout.getBoundingClientRect();
    place((right - event.clientX) / width);
  });
  handle.addEventListener("keydown", (event) => {
    const by = { ArrowLeft: 0.03, ArrowRight: -0.03 }[event.key];
    if (!by) return;
    place(share() + by);
    event.preventDefault();
    event.stopPropagation();
  });
}
