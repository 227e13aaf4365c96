const svg = 'http://www.w3.org/2000/svg'

/** Drawn on 24 × 24, since not every machine has a font with these. */
const thumb = 'M4 11v9h3v-9zM7 11l4-8a2.4 2.4 0 0 1 2.4 2.4V9h4.9a2 2 0 0 1 2 2.4l-1.2 6.9a2 2 0 0 1-2 1.7H7'
const shapes = {
  'thumb-up': { path: thumb, turned: false },
  'thumb-down': { path: thumb, turned: true },
  clock: { path: 'M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18zM12 7v5l3.5 2', turned: false },
}

/** An icon for the eye only; words stand beside it. */
export function drawnIcon(name: keyof typeof shapes): SVGElement {
  const { path, turned } = shapes[name]
  const drawing = document.createElementNS(svg, 'svg')
  drawing.setAttribute('viewBox', '0 0 24 24')
  drawing.setAttribute('class', 'drawn')
  drawing.setAttribute('aria-hidden', 'true')
  const line = document.createElementNS(svg, 'path')
  line.setAttribute('d', path)
  if (turned) line.setAttribute('transform', 'rotate(180 12 12)')
  drawing.append(line)
  return drawing
}
