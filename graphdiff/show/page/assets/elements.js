// Elements from data. Text enters as text alone, so that no name is ever markup.

const byId = (id) => document.getElementById(id);
const calm = matchMedia("(prefers-reduced-motion: reduce)");

/** A new element; `onclick` is a function, every other attribute a string. */
function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name === "onclick") element.addEventListener("click", value);
    else if (value === true) element.setAttribute(name, "");
    else if (value !== false && value != null) element.setAttribute(name, value);
  }
  element.append(...children.flat().filter((child) => child != null));
  return element;
}

/** Put `children` in the place of whatever `element` holds. */
function fill(element, ...children) {
  element.replaceChildren(...children.flat().filter((child) => child != null));
}

/** A name that may go on in the next line after an underscore or a dot. */
function breakable(text) {
  const parts = text.split(/(?<=[_.])/);
  return parts.flatMap((part, i) => (i ? [document.createElement("wbr"), part] : [part]));
}

const MATHML = "http://www.w3.org/1998/Math/MathML";
const MATH_TAGS = new Set(
  ("math mrow mi mn mo mtext ms mspace msup msub msubsup mfrac msqrt mroot mover " +
    "munder munderover mtable mtr mtd mstyle mpadded mphantom menclose").split(" "),
);
const MATH_ATTRIBUTES = new Set(
  ("mathvariant display displaystyle scriptlevel stretchy symmetric fence form " +
    "separator lspace rspace movablelimits largeop accent accentunder minsize " +
    "maxsize width height depth voffset linethickness columnalign rowspacing " +
    "columnspacing notation dir").split(" "),
);

/** The formula that `markup` (MathML) writes: known elements, and nothing else. */
function formula(markup) {
  const read = new DOMParser().parseFromString(markup, "application/xml");
  if (read.querySelector("parsererror")) return null;
  return mathCopy(read.documentElement);
}

/** The base of a bar over a symbol, if `source` is one: fonts without mathematics
 *  lay the bar upon the letter, so that it is drawn as a border instead. */
function barred(source) {
  const [base, bar] = source.children;
  const isBar = /^[\u00af\u02c9\u203e]$/.test(bar?.textContent ?? "");
  return source.localName === "mover" && isBar ? base : null;
}

function mathCopy(source) {
  if (!MATH_TAGS.has(source.localName)) return document.createTextNode(source.textContent);
  const base = barred(source);
  if (base) {
    const copy = mathCopy(base);
    copy.classList?.add("bar-over");
    return copy;
  }
  const copy = document.createElementNS(MATHML, source.localName);
  for (const { name, value } of source.attributes) {
    if (MATH_ATTRIBUTES.has(name)) copy.setAttribute(name, value);
  }
  for (const child of source.childNodes) {
    if (child.nodeType === Node.ELEMENT_NODE) copy.append(mathCopy(child));
    else if (child.nodeType === Node.TEXT_NODE) copy.append(child.data);
  }
  return copy;
}

/** A sign that no font needs to have. */
function icon(path) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  const shape = document.createElementNS("http://www.w3.org/2000/svg", "path");
  svg.setAttribute("viewBox", "0 0 16 16");
  svg.setAttribute("class", "icon");
  svg.setAttribute("aria-hidden", "true");
  shape.setAttribute("d", path);
  svg.append(shape);
  return svg;
}

const ICONS = {
  play: "M4 2.5v11l9-5.5z",
  pause: "M3.5 2.5h3v11h-3zM9.5 2.5h3v11h-3z",
  step: "M3 2.5v11l7-5.5zM11 2.5h2v11h-2z",
  back: "M13 2.5v11L6 8zM3 2.5h2v11H3z",
  first: "M8.5 2.5v11L3 8zM14.5 2.5v11L9 8zM1 2.5h2v11H1z",
  last: "M7.5 2.5v11L13 8zM1.5 2.5v11L7 8zM13 2.5h2v11h-2z",
  sun: "M8 4.5a3.5 3.5 0 1 0 0 7a3.5 3.5 0 0 0 0-7zM7.25 0h1.5v3h-1.5zM7.25 13h1.5v3h-1.5zM0 7.25h3v1.5H0zM13 7.25h3v1.5h-3zM2 3.06L3.06 2L5.18 4.12L4.12 5.18zM10.82 11.88L11.88 10.82L14 12.94L12.94 14zM12.94 2L14 3.06L11.88 5.18L10.82 4.12zM4.12 10.82L5.18 11.88L3.06 14L2 12.94z",
  moon: "M6.5 1.5a6.5 6.5 0 1 0 8 8.5a6 6 0 0 1-8-8.5z",
};

/** Say something to those who do not see the page. */
function say(text) {
  byId("live").textContent = text;
}
