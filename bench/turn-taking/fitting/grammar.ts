import type { Chance } from '../../chance.ts'

/** Each name stands for one of its alternatives, `{name}` within one for another; ` * 3` makes it as likely as three. */
export type Grammar = Readonly<Record<string, string>>

/** Deeper than this, the shortest alternative is taken. */
const deepest = 5

/** Says turns of a grammar, for ever if asked to. */
export function speakerOf(grammar: Grammar, chance: Chance): () => string {
  const rules = new Map(Object.entries(grammar).map(([name, text]) => [name, alternativesOf(text)]))
  const expand = (name: string, depth: number): string => {
    const alternatives = rules.get(name)
    if (alternatives === undefined) throw new RangeError(`The grammar has no “${name}”`)
    const simple = alternatives.filter((alternative) => !alternative.includes('{'))
    const chosen = chance.oneOf(depth > deepest && simple.length > 0 ? simple : alternatives)
    return chosen.replace(/\{(\w+)\}/g, (_, inner: string) => expand(inner, depth + 1))
  }
  return () => expand('turn', 0).replace(/\s+/g, ' ').trim()
}

function alternativesOf(text: string): string[] {
  return text
    .split('|')
    .map((alternative) => alternative.trim().replace(/\s+/g, ' '))
    .flatMap((alternative) => {
      const [, said, times] = /^(.*) \* (\d+)$/.exec(alternative) ?? []
      return said === undefined ? [alternative] : Array.from({ length: Number(times) }, () => said)
    })
}
