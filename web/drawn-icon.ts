const svg = 'http://www.w3.org/2000/svg'

/** Drawn on 24 × 24, since not every machine has a font with these. */
const thumb = 'M4 11v9h3v-9zM7 11l4-8a2.4 2.4 0 0 1 2.4 2.4V9h4.9a2 2 0 0 1 2 2.4l-1.2 6.9a2 2 0 0 1-2 1.7H7'
const microphone = 'M12 3a3 3 0 0 0-3 3v5a3 3 0 0 0 6 0V6a3 3 0 0 0-3-3zM6 11a6 6 0 0 0 12 0M12 17v4M9 21h6'
const shapes = {
  'thumb-up': { path: thumb, turned: false },
  'thumb-down': { path: thumb, turned: true },
  mic: { path: microphone, turned: false },
  'mic-off': { path: `${microphone}M4 4l16 16`, turned: false },
  speaker: { path: 'M4 9.5v5h3.5l4.5 4v-13l-4.5 4zM15.5 9a4 4 0 0 1 0 6M18 6.5a8 8 0 0 1 0 11', turned: false },
  stop: { path: 'M7 7h10v10H7z', turned: false },
  sliders: {
    path: 'M4 7h9M17 7h3M4 17h3M11 17h9M13 7a2 2 0 1 0 4 0a2 2 0 1 0-4 0M7 17a2 2 0 1 0 4 0a2 2 0 1 0-4 0',
    turned: false,
  },
  dots: { path: 'M6 12h.01M12 12h.01M18 12h.01', turned: false },
  hourglass: { path: 'M7 3h10M7 21h10M8 3v4l4 5-4 5v4M16 3v4l-4 5 4 5v4', turned: false },
  'wifi-off': {
    path: 'M3 3l18 18M8.5 16.4a5 5 0 0 1 7 0M5 12.9a10 10 0 0 1 5.2-2.8M19 12.9a10 10 0 0 0-2.3-1.6M12 20h.01',
    turned: false,
  },
  keyboard: { path: 'M3 7h18v10H3zM7 10.5h.01M11 10.5h.01M15 10.5h.01M8 14h8', turned: false },
  cross: { path: 'M6 6l12 12M18 6L6 18', turned: false },
  clock: { path: 'M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18zM12 7v5l3.5 2', turned: false },
}

export type DrawnIcon = keyof typeof shapes

/** An icon for the eye only; words stand beside it. */
export function drawnIcon(name: DrawnIcon): SVGElement {
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
