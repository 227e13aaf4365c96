import type { Unit } from './units.ts'

/** "Signal: memory.available; Default: 100Mi" reads on any screen, and aloud. */
export function rowInWords(unit: Unit): string {
  const cells = cellsOf(unit.shown)
  const heads = cellsOf(unit.tableHead?.split('\n')[0] ?? '')
  return cells
    .map((cell, at) => ((heads[at] ?? '') === '' || cell === '' ? cell : `${heads[at]}: ${cell}`))
    .filter((cell) => cell !== '')
    .join('; ')
}

/** The cells of a table's row, without the lines between them. */
export function cellsOf(row: string): string[] {
  return row
    .trim()
    .replace(/^\||\|$/g, '')
    .split(/(?<!\\)\|/)
    .map((cell) => cell.trim())
}
