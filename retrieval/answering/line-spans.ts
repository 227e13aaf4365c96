/** Where each line stands between two offsets, without its end. */
export function lineSpans(text: string, from: number, to: number): { from: number; to: number }[] {
  const spans: { from: number; to: number }[] = []
  let start = from
  for (const line of text.slice(from, to).split('\n')) {
    spans.push({ from: start, to: start + line.replace(/\r$/, '').length })
    start += line.length + 1
  }
  return spans
}
