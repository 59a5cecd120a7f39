// Put together: the picture, the panel beside it, and the keys for all of it.

const stage = byId("stage");
const camera = new Camera(stage, byId("sheet"));
const picture = new Picture(stage, byId("sheet"), camera);
const tabs = new Tabs(byId("tabs"));
const search = new Search(byId("search"), byId("results"), picture);
const details = new NodePanel(byId("panel-node"), picture, (name) => tabs.open(name, true));
const steps = data.steps ? new Steps(byId("panel-steps"), picture) : null;
const code = data.module.lines.length
  ? new Listing(byId("panel-module"), data.module.about, data.module.lines, emittedLines(), picture)
  : null;
if (!code) fill(byId("panel-module"), make("p", {}, data.module.about));
if (!steps) fill(byId("panel-steps"), make("p", {}, "There is no derivative here to step through."));
showPasses(byId("panel-passes"));

const map = new SmallMap(byId("map"), camera, picture);
const toggleTheme = themes(byId("theme"), () => map.paint());
const help = byId("help");
border(byId("border"), byId("layout"));

tabs.listeners.push((name) => {
  if (name === "module") code?.reveal();
  if (name === "steps") steps?.show(steps.at);
  else steps?.leave();
});
picture.listeners.push(() => {
  if (tabs.current === "passes" || tabs.current === "listing") tabs.open("node");
});
byId("zoom-in").addEventListener("click", () => camera.zoom(1.3));
byId("zoom-out").addEventListener("click", () => camera.zoom(1 / 1.3));
byId("fit").addEventListener("click", () => camera.fit());
byId("skip").addEventListener("click", (event) => {
  event.preventDefault();
  tabs.open("listing");
  byId("panel-listing").querySelector("pre").focus();
});
byId("help-open").addEventListener("click", () => help.showModal());

const partner = () => {
  const id = picture.selected && boxes.get(picture.selected).partner;
  if (id) picture.select(id, { focus: true });
};
const stepping = (action) => {
  if (!steps) return;
  if (tabs.current !== "steps") tabs.open("steps");
  action();
};
const KEYS = {
  "/": () => byId("search").focus(),
  f: () => camera.fit(),
  "+": () => camera.zoom(1.3),
  "=": () => camera.zoom(1.3),
  "-": () => camera.zoom(1 / 1.3),
  0: () => picture.selected && camera.centre(picture.bounds(picture.selected), 1),
  g: partner,
  b: () => picture.back(),
  p: () => stepping(() => steps.toggle()),
  ".": () => stepping(() => steps.step(1)),
  ",": () => stepping(() => steps.step(-1)),
  t: toggleTheme,
  "?": () => help.showModal(),
  Escape: () => {
    steps?.pause();
    picture.clear();
    picture.keep(null);
    say("Nothing chosen");
  },
};

document.addEventListener("keydown", (event) => {
  const { target, key } = event;
  if (event.ctrlKey || event.metaKey || event.altKey || help.open) return;
  if (target.matches("input:not([type=range])")) return;
  const inPicture = stage.contains(target) && !target.closest("button");
  if (inPicture && key.startsWith("Arrow")) picture.walk(key);
  else if (inPicture && (key === "Enter" || key === " ")) {
    tabs.open("node");
    byId("panel-node").querySelector("h2").focus();
  } else if (KEYS[key]) KEYS[key]();
  else return;
  event.preventDefault();
});

tabs.open("node");
const entry = picture.entry();
camera.begin(entry && picture.bounds(entry.id));
document.documentElement.dataset.ready = "true";
