import type { BlockNode } from './block-tree.ts'
import type { DatedLine } from './dated-lines.ts'
import { markdownOf } from './rich-text.ts'

/** A table whose first row heads it; without such a row the columns have no names. */
export function tableLines({ content, children, editedAt }: BlockNode): DatedLine[] {
  const rows = children.map((row) => ({ cells: (row.content.cells ?? []).map(cellText), at: row.editedAt ?? editedAt }))
  const width = Math.max(0, ...rows.map(({ cells }) => cells.length))
  if (width === 0) return []
  const [head, ...rest] = rows
  const named = content.has_column_header !== false && head !== undefined
  const body = named ? rest : rows
  return [
    { text: rowText(named ? head.cells : [], width), at: named ? head.at : editedAt },
    { text: `|${' --- |'.repeat(width)}`, at: named ? head.at : editedAt },
    ...body.map(({ cells, at }) => ({ text: rowText(cells, width), at })),
  ]
}

function cellText(cell: Parameters<typeof markdownOf>[0]): string {
  return tableCell(markdownOf(cell))
}

/** In one line, and no bar of its own. */
function tableCell(text: string): string {
  return text
    .trim()
    .replaceAll(/\s*\n\s*/g, '<br>')
    .replaceAll(/(?<!\\)\|/g, '\\|')
}

function rowText(cells: readonly string[], width: number): string {
  return `| ${Array.from({ length: width }, (_, column) => cells[column] ?? '').join(' | ')} |`
}
