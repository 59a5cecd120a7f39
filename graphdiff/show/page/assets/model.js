// The graph as the page knows it: boxes by name of their element, and who reads whom.

const data = JSON.parse(byId("data").textContent);
const boxes = new Map(data.boxes.map((box) => [box.id, box]));
const reads = new Map(data.boxes.map((box) => [box.id, []]));
const readers = new Map(data.boxes.map((box) => [box.id, []]));
for (const [source, target, kind] of data.edges) {
  reads.get(target).push([source, kind]);
  readers.get(source).push([target, kind]);
}

const isGradient = (id) => boxes.get(id).half === "gradient";

/** Everything that `next` leads to from `start`, itself included. */
function reached(start, next) {
  const found = new Set([start]);
  for (const id of found) {
    for (const [other, kind] of next.get(id)) {
      if (kind !== "across") found.add(other);
    }
  }
  return found;
}

const towardsGoal = new Set();
for (const id of data.goals) {
  for (const other of reached(id, reads)) {
    if (!isGradient(other)) towardsGoal.add(other);
  }
}

/**
 * What belongs together with a box: of a forward node all paths to the loss, and its
 * adjoint with the way back to it; of an adjoint the same, begun from its node.
 */
function family(id) {
  const box = boxes.get(id);
  const found = new Set([id]);
  const node = isGradient(id) ? box.partner : id;
  if (node) {
    for (const other of reached(node, readers)) {
      if (towardsGoal.has(other)) found.add(other);
    }
    found.add(node);
  }
  const adjoint = isGradient(id) ? id : box.partner;
  if (adjoint) {
    for (const other of reached(adjoint, reads)) {
      if (isGradient(other)) found.add(other);
    }
  }
  return found;
}

/** How a box is called: by its name, else by what it computes. */
const title = (box) => box.name || box.operation || box.id;

/** A box in a sentence, for those who hear it. */
function sentence(box) {
  const parts = [box.name && box.operation ? `${box.name} = ${box.operation}` : title(box)];
  parts.push(box.type, box.half === "gradient" ? "gradient" : box.kind);
  if (box.bad) parts.push(box.bad);
  if (box.partner) {
    const other = title(boxes.get(box.partner));
    parts.push(isGradient(box.id) ? `adjoint of ${other}` : `its adjoint is ${other}`);
  }
  return parts.filter(Boolean).join(", ");
}
