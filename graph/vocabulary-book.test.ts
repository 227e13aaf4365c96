import { describe, expect, it } from 'vitest'
import type { Document } from '#knowledge/document.ts'
import { MemoryDocuments } from '#knowledge/memory/memory-documents.ts'
import { fakeEntry } from '#knowledge/passage.fake.ts'
import { localPrincipal } from '#knowledge/principal.ts'
import { silentLog } from '#runtime/log.ts'
import { generalVocabulary } from './spoken-vocabulary.ts'
import { openVocabularyBook, type VocabularyBookParts } from './vocabulary-book.ts'

const ongoing = new AbortController().signal
const general = await generalVocabulary(ongoing)
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

async function open(documents: MemoryDocuments, more: Partial<VocabularyBookParts> = {}) {
  const book = openVocabularyBook({ documents, audienceOf: () => undefined, log: silentLog, ...more }, general)
  // Asked for once, so that it is made.
  for (const principal of [localPrincipal, sre, guest]) book.of(principal)
  await book.refresh(ongoing)
  for (const principal of [localPrincipal, sre, guest]) book.of(principal)
  await book.refresh(ongoing)
  return book
}

describe('the vocabulary', () => {
  it('knows the names of what is indexed, and no longer those of what is gone', async () => {
    const documents = await wiki([publicPage, 'Restart `zephyrine` by hand. The zephyrine team knows how.'])
    await using book = await open(documents)
    const heard = 'restart zeferine'
    expect(book.of(localPrincipal).correct(heard, 'en').text).toBe('restart zephyrine')
    await documents.removeEntries('wiki', ['public.md'], ongoing)
    await synced(documents)
    await book.refresh(ongoing)
    book.of(localPrincipal)
    await book.refresh(ongoing)
    expect(book.of(localPrincipal).correct(heard, 'en').text).toBe(heard)
    expect(book.of(localPrincipal).keyterms(100)).toEqual([])
  })

  it('takes in what changed', async () => {
    const documents = await wiki([publicPage, 'Restart `zephyrine`.'])
    await using book = await open(documents)
    await write(documents, publicPage, 'Restart `quillabone`.')
    await book.refresh(ongoing)
    expect(book.of(localPrincipal).keyterms(100)).toEqual(['quillabone'])
  })

  it('tells nobody a name that only others may see, by no way', async () => {
    const documents = await wiki([secretPage, 'Project `zephyrine` starts in May.'], [publicPage, 'Nothing here.'])
    await using book = await open(documents)
    expect(book.of(sre).correct('what is zeferine', 'en').text).toBe('what is zephyrine')
    expect(book.of(sre).keyterms(100)).toContain('zephyrine')
    const shown = book.of(guest)
    expect(shown.correct('what is zeferine', 'en')).toEqual({ text: 'what is zeferine', corrections: [], doubts: [] })
    expect(shown.keyterms(100)).not.toContain('zephyrine')
  })

  it('goes by the configuration of today, not only by what was stored', async () => {
    const documents = await wiki([publicPage, 'Project `zephyrine` starts in May.'])
    await using book = await open(documents, { audienceOf: (source) => (source === 'wiki' ? ['sre'] : undefined) })
    expect(book.of(sre).keyterms(100)).toContain('zephyrine')
    expect(book.of(guest).keyterms(100)).not.toContain('zephyrine')
  })

  it('knows what everybody knows before anything was read', async () => {
    const endless: VocabularyBookParts['documents'] = Object.assign(new MemoryDocuments(), {
      sources: () => new Promise<string[]>(() => {}),
    })
    const book = openVocabularyBook({ documents: endless, audienceOf: () => undefined, log: silentLog }, general)
    expect(book.of(localPrincipal).correct('restart engine x', 'en').text).toBe('restart nginx')
  })
})
