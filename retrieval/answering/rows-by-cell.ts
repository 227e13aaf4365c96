interface Row {
  from: number
  to: number
  /** The line of the columns' names. */
  head: string | undefined
}

/** The rows of an AsciiDoc table between its `|===` lines: a cell begins with a bar, a row has as many as the first line. */
export function rowsByCell(text: string, from: number, to: number): Row[] {
  const lines: { from: number; to: number; text: string }[] = []
  let start = from
  for (const line of text.slice(from, to).split('\n')) {
    lines.push({ from: start, to: start + line.trimEnd().length, text: line.trim() })
    start += line.length + 1
  }
  const filled = lines.filter((line) => line.text !== '')
  const [first] = filled
  const columns = barsIn(first?.text ?? '')
  const isHead =
    columns > 1 && lines[filled.length === 0 ? -1 : lines.findIndex(({ text: line }) => line !== '') + 1]?.text === ''
  const rows: Row[] = []
  let cells = 0
  for (const line of isHead ? filled.slice(1) : filled) {
    const bars = barsIn(line.text)
    const last = rows.at(-1)
    if (last === undefined || (bars > 0 && cells >= columns)) {
      rows.push({ from: line.from, to: line.to, head: isHead ? first?.text : undefined })
      cells = bars
    } else {
      last.to = line.to
      cells += bars
    }
  }
  return rows
}

function barsIn(line: string): number {
  return line.match(/(?<!\\)\|/g)?.length ?? 0
}
