import { z } from 'zod'
import { type FrontMatter, frontMatterOf } from './front-matter.ts'
import { markdownPieces } from './markdown.ts'
import type { Piece } from './pieces.ts'

const Cell = z.object({ cell_type: z.string(), source: z.union([z.string(), z.array(z.string())]) })
const Notebook = z.object({
  cells: z.array(Cell).optional(),
  metadata: z.unknown().optional(),
})

export interface NotebookPage {
  pieces: Piece[]
  /** From its metadata. */
  about: FrontMatter
}

/**
 * Cells of a Jupyter notebook: Markdown as a document of its own, code as code; outputs are left out. The text is that of
 * the cells; lines are those of the file.
 * @returns undefined when it is no notebook, or not valid JSON.
 */
export function notebookPage(source: string): NotebookPage | undefined {
  const notebook = Notebook.safeParse(parsedJson(source))
  if (!notebook.success || notebook.data.cells === undefined) return undefined
  const places = new Places(source)
  const pieces = notebook.data.cells.flatMap((cell) => cellPieces(cell, places))
  return { pieces, about: frontMatterOf(notebook.data.metadata) }
}

function parsedJson(source: string): unknown {
  try {
    return JSON.parse(source)
  } catch {
    return undefined
  }
}

function cellPieces(cell: z.infer<typeof Cell>, places: Places): Piece[] {
  const parts = typeof cell.source === 'string' ? [cell.source] : cell.source
  const lines = parts.join('').split('\n')
  const at = places.linesOf(parts)
  const moved = (piece: Piece): Piece => {
    if (piece.kind === 'hidden') return piece
    return { ...piece, fromLine: at(piece.fromLine), toLine: at(piece.toLine) }
  }
  if (cell.cell_type === 'markdown') return markdownPieces(lines, 0, false).map(moved)
  const text = parts.join('').trimEnd()
  if (text.trim() === '') return []
  const blockKind = cell.cell_type === 'code' ? 'code' : 'paragraph'
  const shown = blockKind === 'code' ? `\`\`\`\n${text}\n\`\`\`` : text
  return [moved({ kind: 'block', blockKind, text: shown, fromLine: 1, toLine: lines.length })]
}

/** Between two strings of one cell there is hardly anything. */
const farthest = 2000

/** Finds the strings of cells in the file, one after the other, to tell their lines. */
class Places {
  readonly #source: string
  #at = 0
  #line = 1
  constructor(source: string) {
    this.#source = source
  }

  /** Line in the file of a line of the cell, both from 1. */
  linesOf(parts: readonly string[]): (line: number) => number {
    this.#moveTo(this.#source.indexOf('"source"', this.#at))
    const lines: number[] = []
    for (const part of parts) {
      this.#moveTo(this.#near(JSON.stringify(part)))
      for (const _ of part.replace(/\n$/, '').split('\n')) lines.push(this.#line)
      this.#moveTo(Math.min(this.#source.length, this.#at + part.length))
    }
    return (line) => lines[Math.min(line, lines.length) - 1] ?? this.#line
  }

  /** Strings that are escaped in another way than ours are not found; then the line stays about right. */
  #near(part: string): number {
    const found = this.#source.slice(this.#at, this.#at + farthest + part.length).indexOf(part)
    return found === -1 ? -1 : this.#at + found
  }

  #moveTo(at: number): void {
    if (at < this.#at) return
    for (
      let end = this.#source.indexOf('\n', this.#at);
      end !== -1 && end < at;
      end = this.#source.indexOf('\n', end + 1)
    )
      this.#line++
    this.#at = at
  }
}
