/** A ball of rows x columns quads, its texture wrapped around it once: vertices [V, 3], faces [F, 3], uv [F, 3, 2]. */
export function ball(rows: number, columns: number) {
  const vertices: number[] = [];
  const faces: number[] = [];
  const uv: number[] = [];
  const vertex = (row: number, column: number) => {
    if (row === 0) return 0;
    if (row === rows) return 1;
    return 2 + (row - 1) * columns + (column % columns);
  };
  vertices.push(0, 1, 0, 0, -1, 0);
  for (let row = 1; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      const [down, around] = [(Math.PI * row) / rows, (2 * Math.PI * column) / columns];
      vertices.push(Math.sin(down) * Math.sin(around), Math.cos(down), Math.sin(down) * Math.cos(around));
    }
  }
  const triangle = (...corners: [number, number][]) => {
    for (const [row, column] of corners) {
      faces.push(vertex(row, column));
      uv.push(column / columns, row / rows);
    }
  };
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      if (row > 0) triangle([row, column], [row + 1, column], [row, column + 1]);
      if (row + 1 < rows) triangle([row, column + 1], [row + 1, column], [row + 1, column + 1]);
    }
  }
  return {
    vertices: Float64Array.from(vertices),
    faces: Uint32Array.from(faces),
    uv: Float64Array.from(uv),
  };
}
