import { describe, expect, it } from 'vitest'
import type { Document } from '#knowledge/document.ts'
import { MemoryDocuments } from '#knowledge/memory/memory-documents.ts'
import { fakeEntry } from '#knowledge/passage.fake.ts'
import { localPrincipal } from '#knowledge/principal.ts'
import { silentLog } from '#runtime/log.ts'
import { openVocabularyBook, type VocabularyBookParts } from './vocabulary-book.ts'

const ongoing = new AbortController().signal
const sre = { name: 'ann', audiences: ['sre'] }
const guest = { name: 'guest', audiences: [] }

const secretPage = { id: 'secret', audience: ['sre'] }
const publicPage = { id: 'public' }

async function wiki(...pages: readonly [Partial<Document> & { id: string }, string][]): Promise<MemoryDocuments> {
  const documents = new MemoryDocuments()
  for (const [page, text] of pages) await write(documents, page, text)
  return documents
}

let syncs = 0
async function write(
  documents: MemoryDocuments,
  page: Partial<Document> & { id: string },
  text: string,
): Promise<void> {
  syncs += 1
  await documents.replaceEntries([fakeEntry(page, [text], `r${syncs}`)], ongoing)
  await synced(documents)
}

async function synced(documents: MemoryDocuments): Promise<void> {
  syncs += 1
  await documents.saveSourceState({ source: 'wiki', finishedAt: new Date(syncs), failures: [] }, ongoing)
}

function open(documents: VocabularyBookParts['documents'], more: Partial<VocabularyBookParts> = {}) {
  return openVocabularyBook({ documents, audienceOf: () => undefined, log: silentLog, ...more })
}

describe('the vocabulary', () => {
  it('knows the names of what is indexed, and no longer those of what is gone', async () => {
    const documents = await wiki([publicPage, 'Restart `zephyrine` by hand. The zephyrine team knows how.'])
    await using book = open(documents)
    const heard = 'restart zeferine'
    expect((await book.ready(localPrincipal, ongoing)).correct(heard, 'en').text).toBe('restart zephyrine')
    await documents.removeEntries('wiki', ['public.md'], ongoing)
    await synced(documents)
    const left = await book.ready(localPrincipal, ongoing)
    expect(left.correct(heard, 'en').text).toBe(heard)
    expect(left.keyterms(100)).toEqual([])
  })

  it('takes in what changed', async () => {
    const documents = await wiki([publicPage, 'Restart `zephyrine`.'])
    await using book = open(documents)
    expect((await book.ready(localPrincipal, ongoing)).keyterms(100)).toEqual(['zephyrine'])
    await write(documents, publicPage, 'Restart `quillabone`.')
    expect((await book.ready(localPrincipal, ongoing)).keyterms(100)).toEqual(['quillabone'])
  })

  it('tells nobody a name that only others may see, by no way', async () => {
    const documents = await wiki([secretPage, 'Project `zephyrine` starts in May.'], [publicPage, 'Nothing here.'])
    await using book = open(documents)
    const known = await book.ready(sre, ongoing)
    expect(known.correct('what is zeferine', 'en').text).toBe('what is zephyrine')
    expect(known.keyterms(100)).toContain('zephyrine')
    const shown = await book.ready(guest, ongoing)
    expect(shown.correct('what is zeferine', 'en')).toEqual({ text: 'what is zeferine', corrections: [], doubts: [] })
    expect(shown.keyterms(100)).not.toContain('zephyrine')
  })

  it('goes by the configuration of today, not only by what was stored', async () => {
    const documents = await wiki([publicPage, 'Project `zephyrine` starts in May.'])
    await using book = open(documents, { audienceOf: (source) => (source === 'wiki' ? ['sre'] : undefined) })
    expect((await book.ready(sre, ongoing)).keyterms(100)).toContain('zephyrine')
    expect((await book.ready(guest, ongoing)).keyterms(100)).not.toContain('zephyrine')
  })

  it('knows what everybody knows before anything was read', async () => {
    const endless: VocabularyBookParts['documents'] = Object.assign(new MemoryDocuments(), {
      sources: () => new Promise<string[]>(() => {}),
    })
    const book = open(endless)
    await expect
      .poll(() => book.of(localPrincipal).correct('restart engine x', 'en').text, { interval: 5 })
      .toBe('restart nginx')
  })
})
