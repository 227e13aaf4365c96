import type { NameUse } from './names-in.ts'
import type { CountedName } from './spoken-names.ts'

/** In how many documents each name stands, apart for each group of documents that the same people see. */
export class NameCounts {
  readonly #texts: string[] = []
  readonly #numbers = new Map<string, number>()
  /** By document: for each of its names its number times eight, and a bit each for where it stands. */
  readonly #documents = new Map<string, Uint32Array>()
  readonly #groups = new Map<string, Map<number, Counts>>()
  readonly #sizes = new Map<string, number>()

  /** @param group Its documents are seen by the same people. */
  add(documentId: string, group: string, uses: readonly NameUse[]): void {
    this.remove(documentId, group)
    const packed = Uint32Array.from(uses, (use) => this.#number(use.text) * places + placesOf(use))
    this.#documents.set(documentId, packed)
    this.#sizes.set(group, (this.#sizes.get(group) ?? 0) + 1)
    this.#count(group, packed, 1)
  }

  remove(documentId: string, group: string): void {
    const packed = this.#documents.get(documentId)
    if (packed === undefined) return
    this.#documents.delete(documentId)
    this.#count(group, packed, -1)
    const left = (this.#sizes.get(group) ?? 0) - 1
    if (left > 0) this.#sizes.set(group, left)
    else {
      this.#sizes.delete(group)
      this.#groups.delete(group)
    }
  }

  /** That have documents. */
  groups(): string[] {
    return [...this.#sizes.keys()]
  }

  /** The names of these groups together. @param pause Awaited after every few milliseconds of work. */
  async of(
    groups: readonly string[],
    pause: (signal: AbortSignal) => Promise<void>,
    signal: AbortSignal,
  ): Promise<CountedName[]> {
    const sums = new Map<number, CountedName>()
    let done = 0
    for (const group of groups)
      for (const [number, counts] of this.#groups.get(group) ?? []) {
        if (++done % perSlice === 0) await pause(signal)
        const sum = sums.get(number)
        if (sum === undefined) sums.set(number, { text: this.#texts[number] ?? '', ...counts })
        else for (const place of ['documents', 'leading', 'asCode', 'asProper'] as const) sum[place] += counts[place]
      }
    return [...sums.values()]
  }

  #number(text: string): number {
    const known = this.#numbers.get(text)
    if (known !== undefined) return known
    const number = this.#texts.length
    this.#texts.push(text)
    this.#numbers.set(text, number)
    return number
  }

  #count(group: string, packed: Uint32Array, by: 1 | -1): void {
    const names = this.#groups.get(group) ?? new Map<number, Counts>()
    this.#groups.set(group, names)
    for (const use of packed) {
      const number = Math.floor(use / places)
      const counts = names.get(number) ?? { documents: 0, leading: 0, asCode: 0, asProper: 0 }
      counts.documents += by
      if ((use & leadingBit) !== 0) counts.leading += by
      if ((use & codeBit) !== 0) counts.asCode += by
      if ((use & properBit) !== 0) counts.asProper += by
      if (counts.documents <= 0) names.delete(number)
      else names.set(number, counts)
    }
  }
}

/** About a millisecond of work. */
const perSlice = 2000

type Counts = Omit<CountedName, 'text'>

const leadingBit = 1
const codeBit = 2
const properBit = 4
const places = 8

function placesOf({ leading, asCode, asProper }: NameUse): number {
  return (leading ? leadingBit : 0) + (asCode ? codeBit : 0) + (asProper ? properBit : 0)
}
