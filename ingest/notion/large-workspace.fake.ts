import { type FakeNotion, type Fault, rateLimited } from './notion.fake.ts'
import { paragraph, textBlock } from './notion-workspace.fake.ts'

/** Pages at the top, below others and in a database; half of them were edited long after they were made. */
export function fillWorkspace({ workspace }: FakeNotion, pages: number): void {
  const { dataSourceId } = workspace.addDatabase({ title: 'Incidents' })
  const author = workspace.addUser('Ada')
  const tops: string[] = []
  for (let n = 0; n < pages; n++) {
    const place = n % 10 === 0 ? dataSourceId : tops.length > 20 ? tops[n % tops.length] : undefined
    const createdAt = new Date(Date.UTC(2023, 0, 1) + n * 3_600_000)
    const at = n % 2 === 0 ? createdAt : new Date(Date.UTC(2025, 0, 1) + n * 60_000)
    const blocks = [textBlock('heading_2', 'Symptoms'), paragraph(`What page ${n} says.`, createdAt)]
    const page = { title: `Page ${n}`, createdBy: author, createdAt, at, blocks }
    const id = workspace.addPage(place === undefined ? page : { ...page, in: place })
    if (place === undefined) tops.push(id)
  }
}

export interface Troubles {
  /** As many of all calls go wrong. */
  share: number
  slowMs: number
}

/** The same faults each time: which call is hit doesn't depend on chance. */
export function troubles({ share, slowMs }: Troubles): () => Fault | undefined {
  const overloaded = { object: 'error', status: 529, code: 'service_overload', message: 'overloaded' }
  const kinds: Fault[] = [
    rateLimited(0),
    { kind: 'answer', status: 529, headers: { 'retry-after': '1' }, body: overloaded },
    { kind: 'reset' },
    { kind: 'slow', ms: slowMs },
  ]
  let calls = 0
  return () => {
    calls++
    const every = Math.round(1 / share)
    return calls % every === 0 ? kinds[(calls / every) % kinds.length] : undefined
  }
}
