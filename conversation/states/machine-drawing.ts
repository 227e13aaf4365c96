import type { Lang } from '#knowledge/document.ts'
import type { StateMachine } from './machine.ts'

const box = { width: 230, height: 96 }
const size = { width: 1040, height: 560, margin: 12 }

/**
 * The machine as a picture: a box a state, an arrow a transition with what causes it; the current state stands out.
 * @returns An SVG element without colours of its own: the page gives them.
 */
export function machineSvg(machine: StateMachine, lang: Lang, current?: string): string {
  const places = new Map(machine.states.map(({ id }, at) => [id, placeOf(at, machine.states.length)] as const))
  const everywhere = new Map(machine.states.map(({ id }) => [id, causesFromEverywhere(machine, id)] as const))
  const arrows = machine.states.flatMap(({ id, transitions }) => {
    const targets = Map.groupBy(
      transitions.filter(
        ({ on, to }) => to !== 'same' && to !== 'previous' && to !== id && everywhere.get(to)?.includes(on) !== true,
      ),
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
      {
        id,
        about: instructions[lang],
        tools,
        initial: id === machine.initial,
        current: id === current,
        always: everywhere.get(id) ?? [],
      },
      places.get(id),
    ),
  )
  return `<svg class="machine" viewBox="0 0 ${size.width} ${size.height}" role="img" aria-label="${escaped(machine.name)}">
<defs><marker id="head" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto"><path class="head" d="M0 0 8 4 0 8z"/></marker></defs>
${arrows.join('\n')}
${boxes.join('\n')}
</svg>`
}

interface Place {
  x: number
  y: number
}

/** On a ring, the first one top left. */
function placeOf(at: number, of: number): Place {
  const angle = ((at / of) * 360 - 150) * (Math.PI / 180)
  const [middleX, middleY] = [size.width / 2, size.height / 2]
  return {
    x: middleX + Math.cos(angle) * ((middleX - box.width / 2 - size.margin) / Math.cos(Math.PI / 6)) - box.width / 2,
    y: middleY + Math.sin(angle) * (middleY - box.height / 2 - size.margin) - box.height / 2,
  }
}

/** What leads there from every other state is said once, in its box. */
function causesFromEverywhere({ states }: StateMachine, target: string): string[] {
  const others = states.filter(({ id }) => id !== target)
  const [first, ...rest] = others
  if (first === undefined || rest.length === 0) return []
  return first.transitions
    .filter(({ to }) => to === target)
    .map(({ on }) => on)
    .filter((cause) => rest.every(({ transitions }) => transitions.some(({ on, to }) => on === cause && to === target)))
}

interface DrawnState {
  id: string
  about: string
  tools: readonly string[]
  initial: boolean
  current: boolean
  /** Lead here from everywhere. */
  always: readonly string[]
}

function drawnState({ id, about, tools, initial, current, always }: DrawnState, place: Place | undefined): string {
  const { x, y } = place ?? { x: 0, y: 0 }
  const lines = wrapped(about, 35).slice(0, 3)
  return `<g class="${[current ? 'current' : '', initial ? 'initial' : ''].join(' ').trim()}"><title>${escaped(`${id}: ${about} (${tools.join(', ')})`)}</title>
<rect x="${x}" y="${y}" width="${box.width}" height="${box.height}" rx="10"/>
<text x="${x + 12}" y="${y + 22}" class="name">${escaped(id)}</text>
${lines.map((line, at) => `<text class="small" x="${x + 12}" y="${y + 40 + at * 14}">${escaped(line)}</text>`).join('')}
<text class="cause" x="${x + 12}" y="${y + box.height - 8}">${always.length === 0 ? '' : `∗ → ${escaped(always.join(', '))}`}</text></g>`
}

/** From the edge of one box to the edge of the other, bent a little so that both ways can be told apart. */
function arrow(from: Place | undefined, to: Place | undefined, causes: readonly string[]): string {
  if (from === undefined || to === undefined) return ''
  const [a, b] = [centre(from), centre(to)]
  const bend = { x: (a.x + b.x) / 2 + (b.y - a.y) * 0.12, y: (a.y + b.y) / 2 - (b.x - a.x) * 0.12 }
  const [start, end] = [edge(a, bend), edge(b, bend)]
  const label = causes.length > 3 ? `${causes.slice(0, 3).join(', ')} …` : causes.join(', ')
  return `<path class="edge" d="M${round(start.x)} ${round(start.y)} Q${round(bend.x)} ${round(bend.y)} ${round(end.x)} ${round(end.y)}" marker-end="url(#head)"><title>${escaped(causes.join(', '))}</title></path><text class="cause" text-anchor="middle" x="${round(along(start.x, bend.x, end.x))}" y="${round(along(start.y, bend.y, end.y) - 3)}">${escaped(label)}</text>`
}

/** A third of the way: in the middle, arrows cross. */
function along(start: number, bend: number, end: number): number {
  const at = 0.34
  return (1 - at) ** 2 * start + 2 * at * (1 - at) * bend + at ** 2 * end
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

export function escaped(text: string): string {
  return text.replace(/[&<>"]/g, (sign) => `&#${sign.charCodeAt(0)};`)
}
