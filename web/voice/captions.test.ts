import { describe, expect, it } from 'vitest'
import type { Citation } from '../api-types.ts'
import { Captions } from './captions.ts'

describe('Captions', () => {
  it('show what is said while it is understood, and our sentences when their sound is reached', () => {
    const captions = new Captions()
    captions.take(heard('how do I', false))
    expect(captions.current).toMatchObject({ who: 'you', text: 'how do I', isInterim: true })
    captions.take(heard('How do I fail over?', true))
    expect(captions.current).toMatchObject({ text: 'How do I fail over?', isInterim: false })
    captions.take(sentence('Run **it**: `redis-cli failover`. [1]', 0))
    captions.take(sentence('- Then wait. [2]', 2000))
    expect(captions.current?.who).toBe('you')
    captions.playing({ itemId: 'item', playedMs: 100 })
    expect(captions.current).toMatchObject({ who: 'nightdesk', text: 'Run it: redis-cli failover.' })
    captions.playing({ itemId: 'item', playedMs: 1999 })
    expect(captions.current?.text).toBe('Run it: redis-cli failover.')
    captions.playing({ itemId: 'item', playedMs: 2000 })
    expect(captions.current?.text).toBe('Then wait.')
    captions.take(heard('stop', false))
    expect(captions.current?.text).toBe('stop')
  })

  it('show a sentence when its sound begins, whenever that was expected before', () => {
    const captions = new Captions()
    captions.take(sentence('Freeze both hosts.', 0))
    captions.take(sentence('Then move the name.', 1000, 1))
    const place = { response_id: 'r1', item_id: 'item', index: 1, audio_start_ms: 2000 }
    captions.take({ event_id: 'e', type: 'nightdesk.caption_sound', ...place })
    captions.playing({ itemId: 'item', playedMs: 1900 })
    expect(captions.current?.text).toBe('Freeze both hosts.')
    captions.playing({ itemId: 'item', playedMs: 2000 })
    expect(captions.current?.text).toBe('Then move the name.')
  })

  it('tell where a sentence stands that is heard; of our own words, where the one before does', () => {
    const captions = new Captions()
    captions.take(heard('How do I fail over?', true))
    captions.take(citations('r1', 2))
    captions.take(sentence('Verified last week.', 0, 0))
    captions.take({ ...sentence('Freeze both hosts.', 1000, 1), citations: [2] })
    captions.take(sentence('Say next for the rest.', 2000, 2))
    const numberAt = (playedMs: number) => {
      captions.playing({ itemId: 'item', playedMs })
      return captions.current?.source?.citation.n
    }
    expect([numberAt(0), numberAt(1000), numberAt(2000)]).toEqual([undefined, 2, 2])
    expect(captions.current?.source?.citations).toHaveLength(2)
    captions.take(heard('Thanks', false))
    expect(captions.current).not.toHaveProperty('source')
  })

  it('show nothing that was said long ago for what is being said', () => {
    const captions = new Captions()
    captions.take(heard('And its memory', false))
    captions.take({ ...heard('How do I fail over?', true), is_late: true })
    expect(captions.current?.text).toBe('And its memory')
  })

  it('know what we said of late', () => {
    const captions = new Captions()
    for (const [at, text] of ['One.', 'Two.', 'Three.', 'Four.', 'Five.'].entries())
      captions.take(sentence(text, at * 1000))
    captions.playing({ itemId: 'item', playedMs: 2500 })
    expect(captions.lately).toBe('Two. Three. Four.')
  })
})

function heard(text: string, is_final: boolean) {
  return { event_id: 'e', type: 'nightdesk.transcript', item_id: 'heard', text, is_final, corrections: [] } as const
}

function citations(response_id: string, count: number) {
  const editedAt = '2026-09-01T00:00:00Z'
  const citation: Omit<Citation, 'n'> = {
    quote: 'Freeze both hosts.',
    passage_id: 'runbook#1',
    heading: [],
    url: '',
    document: {
      id: 'runbook',
      source: 'docs',
      path: 'runbook.md',
      url: '',
      title: 'Runbook',
      owners: [],
      kind: 'page',
      lang: 'en',
      edited_at: editedAt,
      masked_secrets: 0,
    },
    freshness: {
      state: 'fresh',
      edited_at: editedAt,
      document_edited_at: editedAt,
      reasons: [],
      broken_references: [],
      contradicted_by: [],
    },
  }
  const numbered = Array.from({ length: count }, (_, at) => ({ ...citation, n: at + 1 }))
  return { event_id: 'e', type: 'nightdesk.citations', response_id, citations: numbered } as const
}

function sentence(written: string, audio_start_ms: number, index = 0) {
  return {
    event_id: 'e',
    type: 'nightdesk.caption',
    response_id: 'r1',
    item_id: 'item',
    text: written,
    written,
    filler: false,
    citations: [],
    index,
    audio_start_ms,
  } as const
}
