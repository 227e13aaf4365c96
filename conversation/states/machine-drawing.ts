import type { Lang } from '#knowledge/document.ts'
import type { StateMachine } from './machine.ts'

const box = { width: 230, height: 92, gapX: 150, gapY: 60, margin: 40 }

/**
 * The machine as a picture: a box a state, an arrow a transition with what causes it; the current state stands out.
 * @returns A whole SVG document, readable on light and on dark ground.
 */
export function machineSvg(machine: StateMachine, lang: Lang, current?: string): string {
  const places = new Map(machine.states.map(({ id }, at) => [id, placeOf(at)] as const))
  const columns = 2
  const rows = Math.ceil(machine.states.length / columns)
  const width = 2 * box.margin + columns * box.width + (columns - 1) * box.gapX
  const height = 2 * box.margin + rows * box.height + (rows - 1) * box.gapY
  const arrows = machine.states.flatMap(({ id, transitions }) => {
    const targets = Map.groupBy(
      transitions.filter(({ to }) => to !== 'same' && to !== 'previous' && to !== id),
      ({ to }) => to,
    )
    return [...targets].map(([to, moves]) =>
      arrow(
        places.get(id),
        places.get(to),
        moves.map(({ on }) => on),
      ),
    )
  })
  const boxes = machine.states.map(({ id, instructions, tools }) =>
    drawnState(
      { id, about: instructions[lang], tools, initial: id === machine.initial, current: id === current },
      places.get(id),
    ),
  )
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" role="img" aria-label="${escaped(machine.name)}" font-family="system-ui, sans-serif">
<style>rect{fill:#f6f8fb;stroke:#55657a}text{fill:#17202b}.small{font-size:10px}.edge{stroke:#7a8799;fill:none}.cause{font-size:10px;fill:#445267}.current rect{fill:#ffe9b8;stroke:#a86b00;stroke-width:2.5}
@media (prefers-color-scheme: dark){rect{fill:#1c2530;stroke:#8fa1b8}text{fill:#e8eef6}.cause{fill:#b5c2d3}.current rect{fill:#4a3608;stroke:#ffc44d}}</style>
<defs><marker id="head" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto"><path d="M0 0 8 4 0 8z" fill="#7a8799"/></marker></defs>
${arrows.join('\n')}
${boxes.join('\n')}
</svg>`
}

interface Place {
  x: number
  y: number
}

function placeOf(at: number): Place {
  return {
    x: box.margin + (at % 2) * (box.width + box.gapX),
    y: box.margin + Math.floor(at / 2) * (box.height + box.gapY),
  }
}

interface DrawnState {
  id: string
  about: string
  tools: readonly string[]
  initial: boolean
  current: boolean
}

function drawnState({ id, about, tools, initial, current }: DrawnState, place: Place | undefined): string {
  const { x, y } = place ?? { x: 0, y: 0 }
  const lines = wrapped(about, 38).slice(0, 3)
  return `<g class="${current ? 'current' : ''}"><title>${escaped(`${id}: ${about} (${tools.join(', ')})`)}</title>
<rect x="${x}" y="${y}" width="${box.width}" height="${box.height}" rx="10"${initial ? ' stroke-width="2.5"' : ''}/>
<text x="${x + 12}" y="${y + 22}" font-weight="600" font-size="14">${escaped(id)}</text>
${lines.map((line, at) => `<text class="small" x="${x + 12}" y="${y + 40 + at * 14}">${escaped(line)}</text>`).join('')}
<text class="cause" x="${x + 12}" y="${y + box.height - 8}">${tools.length} ${tools.length === 1 ? 'tool' : 'tools'}</text></g>`
}

/** From the edge of one box to the edge of the other, bent a little so that both ways can be told apart. */
function arrow(from: Place | undefined, to: Place | undefined, causes: readonly string[]): string {
  if (from === undefined || to === undefined) return ''
  const [a, b] = [centre(from), centre(to)]
  const bend = { x: (a.x + b.x) / 2 + (b.y - a.y) * 0.12, y: (a.y + b.y) / 2 - (b.x - a.x) * 0.12 }
  const [start, end] = [edge(a, bend), edge(b, bend)]
  const label = causes.length > 3 ? `${causes.slice(0, 3).join(', ')} …` : causes.join(', ')
  return `<path class="edge" d="M${round(start.x)} ${round(start.y)} Q${round(bend.x)} ${round(bend.y)} ${round(end.x)} ${round(end.y)}" marker-end="url(#head)"><title>${escaped(causes.join(', '))}</title></path><text class="cause" text-anchor="middle" x="${round((start.x + 2 * bend.x + end.x) / 4)}" y="${round((start.y + 2 * bend.y + end.y) / 4 - 4)}">${escaped(label)}</text>`
}

function centre({ x, y }: Place): Place {
  return { x: x + box.width / 2, y: y + box.height / 2 }
}

function edge(middle: Place, towards: Place): Place {
  const [dx, dy] = [towards.x - middle.x, towards.y - middle.y]
  const scale = Math.min(box.width / 2 / Math.max(1, Math.abs(dx)), box.height / 2 / Math.max(1, Math.abs(dy)))
  return { x: middle.x + dx * scale, y: middle.y + dy * scale }
}

function round(value: number): number {
  return Math.round(value * 10) / 10
}

function wrapped(text: string, width: number): string[] {
  const lines: string[] = []
  // Japanese breaks anywhere and takes twice the room.
  for (const piece of /[\u3040-\u30ff\u4e00-\u9fff]/.test(text) ? (text.match(/.{1,19}/g) ?? []) : text.split(' ')) {
    const last = lines.at(-1)
    if (last !== undefined && `${last} ${piece}`.length <= width && !/[\u3040-\u30ff\u4e00-\u9fff]/.test(text))
      lines[lines.length - 1] = `${last} ${piece}`
    else lines.push(piece)
  }
  return lines
}

function escaped(text: string): string {
  return text.replace(/[&<>"]/g, (sign) => `&#${sign.charCodeAt(0)};`)
}
