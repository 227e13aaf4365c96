import type { Correction } from '#voice-bot/protocol.ts'
import { element } from '../dom.ts'

/** What was understood, with each word that was corrected beside what was heard. */
export function heardText(text: string, corrections: readonly Correction[]): Node[] {
  const nodes: Node[] = []
  let at = 0
  for (const { heard, meant, at: from } of corrections.toSorted((one, other) => one.at - other.at)) {
    if (from < at || text.slice(from, from + meant.length) !== meant) continue
    nodes.push(document.createTextNode(text.slice(at, from)))
    nodes.push(element('del', {}, heard), document.createTextNode(' '), element('ins', {}, meant))
    at = from + meant.length
  }
  nodes.push(document.createTextNode(text.slice(at)))
  return nodes
}
