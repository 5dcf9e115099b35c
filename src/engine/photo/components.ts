/** A 4-connected region of set cells. */
export interface Component {
  /** its number in `labels`, from 1 */
  label: number;
  /** cells */
  area: number;
  left: number;
  top: number;
  /** last column and row, inclusive */
  right: number;
  bottom: number;
}

export interface Components {
  width: number;
  height: number;
  /** [height, width] 0 = not set, otherwise the label of the component */
  labels: Int32Array;
  /** largest first */
  components: Component[];
}

/** Splits the cells for which `isSet` holds into 4-connected components. */
export function connectedComponents(
  width: number,
  height: number,
  isSet: (cell: number) => boolean,
): Components {
  const labels = new Int32Array(width * height);
  const stack = new Int32Array(width * height);
  const components: Component[] = [];
  for (let seed = 0; seed < labels.length; seed++) {
    if (labels[seed] !== 0 || !isSet(seed)) continue;
    const label = components.length + 1;
    const found: Component = { label, area: 0, left: width, top: height, right: -1, bottom: -1 };
    let depth = 0;
    const push = (cell: number) => {
      if (labels[cell] !== 0 || !isSet(cell)) return;
      labels[cell] = label;
      stack[depth++] = cell;
    };
    push(seed);
    while (depth > 0) {
      const cell = stack[--depth];
      const x = cell % width;
      const y = (cell - x) / width;
      found.area++;
      found.left = Math.min(found.left, x);
      found.right = Math.max(found.right, x);
      found.top = Math.min(found.top, y);
      found.bottom = Math.max(found.bottom, y);
      if (x > 0) push(cell - 1);
      if (x < width - 1) push(cell + 1);
      if (y > 0) push(cell - width);
      if (y < height - 1) push(cell + width);
    }
    components.push(found);
  }
  components.sort((a, b) => b.area - a.area);
  return { width, height, labels, components };
}
