// What Plotly.Blazor leaves out: charts of a group hover and zoom together, and a chart is saved as a picture or as numbers.
// A group is an attribute of its charts' elements, so a chart that is gone has left it.
const drawn = chart => chart?.on && chart._fullLayout;
const group = chart => chart.closest('[data-chart-group]')?.dataset.chartGroup;
const others = chart => {
  const name = group(chart);
  if (!name) return [];
  return [...document.querySelectorAll(`[data-chart-group="${name}"] .js-plotly-plot`)].filter(other => other !== chart && drawn(other));
};
let zooming = false;

// The position of the point nearest to x; x may go back and forth.
const nearest = (xs, x) => {
  let best = 0;
  for (let i = 1; i < xs.length; i++) if (Math.abs(xs[i] - x) < Math.abs(xs[best] - x)) best = i;
  return best;
};

function hover(chart, { points: [point] }) {
  for (const other of others(chart)) {
    if (other._fullLayout.hovermode !== 'closest') {
      Plotly.Fx.hover(other, { xval: point.x }, 'xy', true);
      continue;
    }
    const curve = other.data.findIndex(trace => trace.name === point.data.name && trace.hoverinfo !== 'skip');
    if (curve >= 0) Plotly.Fx.hover(other, [{ curveNumber: curve, pointNumber: nearest(other.data[curve].x, point.x) }], 'xy', true);
  }
}

async function zoom(chart, change, listener) {
  if (zooming) return;
  const [low, high] = [change['xaxis.range[0]'], change['xaxis.range[1]']];
  if (low === undefined && !change['xaxis.autorange']) return;
  zooming = true;
  try {
    const axis = low === undefined ? { 'xaxis.autorange': true } : { 'xaxis.range': [low, high] };
    await Promise.all(others(chart).map(other => Plotly.relayout(other, { ...axis })));
    await listener.invokeMethodAsync('Zoomed', low ?? null, high ?? null);
  } finally {
    zooming = false;
  }
}

/** Once the chart is there. The listener is told of every zoom, so that it survives a chart that is drawn anew. */
export async function join(id, listener) {
  for (let tries = 0; tries < 200; tries++) {
    const chart = document.getElementById(id);
    if (!chart) return;
    if (drawn(chart)) {
      chart.on('plotly_hover', event => hover(chart, event));
      chart.on('plotly_unhover', () => others(chart).forEach(other => Plotly.Fx.unhover(other)));
      chart.on('plotly_relayout', change => zoom(chart, change, listener));
      return;
    }
    await new Promise(resolve => setTimeout(resolve, 50));
  }
}

/** As it is seen now, its lines named, on a ground: a transparent picture is unreadable on half of all pages. */
export async function picture(id, format, name) {
  const chart = document.getElementById(id);
  if (!drawn(chart)) return;
  const { width, height } = chart.getBoundingClientRect();
  const ground = getComputedStyle(chart.closest('.chart')).backgroundColor;
  const named = chart.data.filter(trace => trace.hoverinfo !== 'skip').length > 1;
  const layout = { ...chart.layout, showlegend: named, paper_bgcolor: ground, title: { text: name, font: { size: 14 } }, margin: { ...chart.layout.margin, t: 48 } };
  await Plotly.downloadImage({ data: chart.data, layout, config: { displayModeBar: false } }, { format, width, height: height + 36, scale: 2, filename: name });
}

/** The points that are drawn, a row each. */
export function numbers(id, name, x) {
  const chart = document.getElementById(id);
  if (!drawn(chart)) return;
  const rows = chart.data.filter(trace => trace.hoverinfo !== 'skip').flatMap(trace => trace.x.map((at, i) => [trace.name, at, trace.y[i] ?? '']));
  text(`${name}.csv`, [['curve', x, 'value'], ...rows].map(row => row.map(cell).join(',')).join('\r\n'));
}

// A table program takes a text that begins so for a formula.
const cell = value => typeof value === 'number' ? `${value}` : `"${(/^[=+\-@\t\r]/.test(value) ? "'" : '') + value.replaceAll('"', '""')}"`;

/** A text of the page's own as a file. */
export const text = (name, content) => save(name, new Blob([content], { type: 'text/csv' }));

/** A drawing of the page's own as a picture; pixels twice as fine as the screen's usual ones. */
export async function drawing(name, format, svg) {
  const blob = new Blob([svg], { type: 'image/svg+xml' });
  if (format === 'svg') return save(`${name}.svg`, blob);
  const image = new Image();
  // Not by an object's address: the policy lets pictures come from data.
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(svg)}`;
  await image.decode();
  const canvas = Object.assign(document.createElement('canvas'), { width: 2 * image.width, height: 2 * image.height });
  canvas.getContext('2d').drawImage(image, 0, 0, canvas.width, canvas.height);
  canvas.toBlob(picture => save(`${name}.png`, picture), 'image/png');
}

function save(name, blob) {
  const address = URL.createObjectURL(blob);
  const link = Object.assign(document.createElement('a'), { href: address, download: name });
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), 10000);
}
