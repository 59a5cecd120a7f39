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

function mathCopy(source) {
  if (!MATH_TAGS.has(source.localName)) return document.createTextNode(source.textContent);
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

/** Say something to those who do not see the page. */
function say(text) {
  byId("live").textContent = text;
}
