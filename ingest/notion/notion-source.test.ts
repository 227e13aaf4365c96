import { describe } from 'vitest'
import { fixedClock } from '#runtime/clock.ts'
import { type SourceHarness, sourceContract } from '../source.contract.ts'
import type { Source } from '../source.ts'
import { FakeNotion } from './notion.fake.ts'
import { sourceOn } from './notion-setup.fake.ts'
import { type FakeBlockSpec, paragraph, textBlock } from './notion-workspace.fake.ts'

describe('notionSource', () => {
  // Lines have no dates in Notion, blocks do (tested in blocks-markdown.test.ts). An entry is a page's id, which outlives renames,
  // so the contract's names are those that the harness gives the pages, and its rename is a copy and a deletion.
  sourceContract(begin, { datesLines: false, readsCodeowners: false })
})

async function begin(): Promise<SourceHarness> {
  const notion = await FakeNotion.start()
  const { workspace } = notion
  /** Of each name the page that bears it, or bore it last. */
  const ids = new Map<string, string>()
  const names = new Map<string, string>()
  const clock = fixedClock('2024-03-01T00:00:00Z')
  const later = () => {
    clock.advance(3_600_000)
    return clock.now()
  }
  const add = (path: string, blocks: FakeBlockSpec[], at: Date) => {
    const id = workspace.addPage({ blocks, at })
    ids.set(path, id)
    names.set(id, path)
    return id
  }
  return {
    open: async ({ audience = [] } = {}) => named(sourceOn(notion, { audience }), ids, names),
    async write(path, content, at = later()) {
      const known = ids.get(path)
      if (known === undefined || workspace.page(known).trashed) add(path, blocksOf(content), at)
      else workspace.setBlocks(known, blocksOf(content), at)
    },
    async remove(path) {
      workspace.page(ids.get(path) ?? '').trashed = true
    },
    async rename(from, to) {
      const original = workspace.page(ids.get(from) ?? '')
      workspace.page(add(to, [], later())).blocks = original.blocks
      original.trashed = true
    },
    async takeAway() {
      notion.takeAway()
    },
    async breakEntry(path) {
      notion.fail(new RegExp(`^/(?:pages|blocks)/${ids.get(path)}/`), { kind: 'body', body: { object: 'list' } })
    },
    async mendEntry() {},
    [Symbol.asyncDispose]: () => notion[Symbol.asyncDispose](),
  }
}

/** Headings and paragraphs, as far as the contract writes them. */
function blocksOf(content: string): FakeBlockSpec[] {
  return content
    .trimEnd()
    .split('\n\n')
    .map((text) => (text.startsWith('# ') ? textBlock('heading_1', text.slice(2)) : paragraph(text)))
}

/** The source with the contract's names in the place of ids. */
function named(source: Source, ids: ReadonlyMap<string, string>, names: ReadonlyMap<string, string>): Source {
  const idOf = (name: string) => ids.get(name) ?? name
  const nameOf = (id: string) => names.get(id) ?? id
  return {
    id: source.id,
    audience: source.audience,
    get apiCalls() {
      return source.apiCalls
    },
    async survey(known, signal) {
      const revisions = new Map([...known.revisions].map(([name, revision]) => [idOf(name), revision]))
      const survey = await source.survey({ ...known, revisions, failed: new Set([...known.failed].map(idOf)) }, signal)
      const changed = survey.changed.map(({ entry, revision }) => ({ entry: nameOf(entry), revision }))
      return { ...survey, changed, gone: survey.gone.map(nameOf) }
    },
    async read({ entry, revision }, signal) {
      const read = await source.read({ entry: idOf(entry), revision }, signal)
      return read === 'gone' ? read : { ...read, entry, path: entry }
    },
    [Symbol.asyncDispose]: () => source[Symbol.asyncDispose](),
  }
}
