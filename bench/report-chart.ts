export interface BenchChart {
  title: string
  /** Of the axes, both from 0. */
  x: string
  y: string
  lines: readonly { name: string; ours: boolean; points: readonly { name: string; x: number; y: number }[] }[]
}

const [width, height] = [760, 400]
const margin = { left: 66, right: 20, top: 16, bottom: 46 }

/** The chart as SVG; colours are those of the page around it. */
export function chartSvg({ title, x, y, lines }: BenchChart): string {
  const all = lines.flatMap(({ points }) => points)
  const most = {
    x: nice(Math.max(...all.map((point) => point.x), 1)),
    y: nice(Math.max(...all.map((point) => point.y), 1)),
  }
  const atX = (value: number) => margin.left + (value / most.x) * (width - margin.left - margin.right)
  const atY = (value: number) => height - margin.bottom - (value / most.y) * (height - margin.top - margin.bottom)
  const ticks = [0, 0.25, 0.5, 0.75, 1]
  const grid = ticks.flatMap((part) => [
    `<line x1="${margin.left}" x2="${width - margin.right}" y1="${atY(part * most.y)}" y2="${atY(part * most.y)}"/>`,
    `<text x="${margin.left - 8}" y="${atY(part * most.y) + 4}" text-anchor="end">${short(part * most.y)}</text>`,
    `<text x="${atX(part * most.x)}" y="${height - margin.bottom + 18}" text-anchor="middle">${short(part * most.x)}</text>`,
  ])
  const drawn = lines.map(({ name, ours, points }, at) => {
    const path = points.map((point) => `${atX(point.x).toFixed(1)},${atY(point.y).toFixed(1)}`).join(' ')
    const dots = points.map(
      (point) =>
        `<circle cx="${atX(point.x).toFixed(1)}" cy="${atY(point.y).toFixed(1)}" r="4"><title>${escaped(`${name}, ${point.name}: ${short(point.x)}, ${short(point.y)}`)}</title></circle>`,
    )
    const legendY = margin.top + 14 + 20 * at
    const legend = `<circle cx="${width - 236}" cy="${legendY - 4}" r="4"/><text x="${width - 224}" y="${legendY}">${escaped(name)}</text>`
    return `<g class="${ours ? 'ours' : 'theirs'}"><polyline points="${path}"/>${dots.join('')}${legend}</g>`
  })
  return `<svg viewBox="0 0 ${width} ${height}" role="img" aria-label="${escaped(title)}">
${grid.join('')}
<text x="${(width + margin.left) / 2}" y="${height - 6}" text-anchor="middle">${escaped(x)}</text>
<text transform="translate(12 ${height / 2}) rotate(-90)" text-anchor="middle">${escaped(y)}</text>
${drawn.join('\n')}
</svg>`
}

/** The next round number: one digit and noughts. */
function nice(value: number): number {
  const power = 10 ** Math.floor(Math.log10(value))
  return ([1, 2, 3, 4, 5, 6, 8, 10].find((digit) => digit * power >= value) ?? 10) * power
}

function short(value: number): string {
  return value.toLocaleString('en', { maximumFractionDigits: 1 })
}

export function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`)
}

export const chartStyle = `
svg { display: block; width: 100%; height: auto; min-width: 560px; font-size: 13px; }
svg text { fill: light-dark(#5c6169, #a3a8b0); }
svg line { stroke: #8884; }
svg polyline { fill: none; stroke-width: 2; stroke: #8a9099; }
svg circle { fill: #8a9099; }
svg .ours polyline { stroke: light-dark(#2563a8, #6aa5e8); }
svg .ours circle { fill: light-dark(#2563a8, #6aa5e8); }
`
