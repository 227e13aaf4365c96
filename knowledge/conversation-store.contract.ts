import { expect, it } from 'vitest'
import type { ConversationStore, Turn } from './conversation-store.ts'

const ongoing = new AbortController().signal

/** What it means to be a ConversationStore. */
export function conversationStoreContract(
  open: () => Promise<{ conversations: ConversationStore } & AsyncDisposable>,
): void {
  it('gives back a turn with everything that was said', async () => {
    await using store = await open()
    const turn = fakeTurn({
      traceId: 't1',
      question: 'それは本番でも？',
      lang: 'ja',
      abstained: true,
      cited: [{ passageId: 'redis#1', quote: 'fail over "now"' }],
    })
    await store.conversations.addTurn(turn, ongoing)
    expect(await store.conversations.turn('t1', ongoing)).toEqual(turn)
    expect(await store.conversations.turn('t2', ongoing)).toBeUndefined()
  })

  it('gives the last turns of a conversation, oldest first', async () => {
    await using store = await open()
    for (const n of [3, 1, 4, 2]) {
      await store.conversations.addTurn(fakeTurn({ traceId: `t${n}`, at: new Date(2026, 0, n) }), ongoing)
    }
    await store.conversations.addTurn(fakeTurn({ traceId: 'other', conversationId: 'elsewhere' }), ongoing)
    const last = async (limit: number) =>
      (await store.conversations.turns('c', 'ann', limit, ongoing)).map(({ traceId }) => traceId)
    expect(await last(10)).toEqual(['t1', 't2', 't3', 't4'])
    expect(await last(2)).toEqual(['t3', 't4'])
    expect(await last(0)).toEqual([])
  })

  it('keeps the order of turns of the same moment', async () => {
    await using store = await open()
    for (const traceId of ['z', 'a', 'm']) await store.conversations.addTurn(fakeTurn({ traceId }), ongoing)
    const turns = await store.conversations.turns('c', 'ann', 10, ongoing)
    expect(turns.map(({ traceId }) => traceId)).toEqual(['z', 'a', 'm'])
  })

  it('shows nobody the turns of somebody else, even in the same conversation', async () => {
    await using store = await open()
    await store.conversations.addTurn(fakeTurn({ traceId: 't1', principal: 'ann' }), ongoing)
    await store.conversations.addTurn(fakeTurn({ traceId: 't2', principal: 'bob' }), ongoing)
    const turns = await store.conversations.turns('c', 'bob', 10, ongoing)
    expect(turns.map(({ traceId }) => traceId)).toEqual(['t2'])
  })

  it('keeps every feedback on a turn, in order', async () => {
    await using store = await open()
    const good = { traceId: 't1', principal: 'ann', verdict: 'good' as const, at: new Date('2026-01-01T00:00:00Z') }
    const stale = { ...good, verdict: 'stale' as const, comment: '古い', at: new Date('2026-01-02T00:00:00Z') }
    await store.conversations.addFeedback(good, ongoing)
    await store.conversations.addFeedback(stale, ongoing)
    await store.conversations.addFeedback({ ...good, traceId: 't2' }, ongoing)
    expect(await store.conversations.feedback('t1', ongoing)).toEqual([good, stale])
    expect(await store.conversations.feedback('t3', ongoing)).toEqual([])
  })

  it('holds of an answer what was heard, once that is known', async () => {
    await using store = await open()
    const turn = fakeTurn({ traceId: 't1' })
    await store.conversations.addTurn(turn, ongoing)
    await store.conversations.reviseAnswer('t1', 'By', ongoing)
    await store.conversations.reviseAnswer('unknown', 'By', ongoing)
    expect(await store.conversations.turn('t1', ongoing)).toEqual({ ...turn, answer: 'By' })
  })

  it('keeps where each conversation stands, by principal', async () => {
    await using store = await open()
    const at = new Date('2026-01-01T00:00:00Z')
    const save = (principal: string, position: string) =>
      store.conversations.savePosition({ conversationId: 'c', principal, position, at }, ongoing)
    await save('ann', 'step 1')
    await save('ann', '手順2')
    await save('bob', 'step 9')
    expect(await store.conversations.position('c', 'ann', ongoing)).toBe('手順2')
    expect(await store.conversations.position('c', 'eve', ongoing)).toBeUndefined()
    expect(await store.conversations.position('d', 'ann', ongoing)).toBeUndefined()
  })

  it("forgets one principal's conversation whole, and nothing else", async () => {
    await using store = await open()
    const { conversations } = store
    const at = new Date('2026-01-01T00:00:00Z')
    for (const principal of ['ann', 'bob']) {
      await conversations.addTurn(fakeTurn({ traceId: principal, principal }), ongoing)
      await conversations.addFeedback({ traceId: principal, principal, verdict: 'good', at }, ongoing)
      await conversations.savePosition({ conversationId: 'c', principal, position: 'step 1', at }, ongoing)
    }
    await conversations.forget('c', 'ann', ongoing)
    expect(await kept(conversations, 'ann')).toEqual([[], [], undefined])
    expect((await kept(conversations, 'bob')).flat()).toHaveLength(3)
  })

  it('forgets one turn and what was said of it, and nothing else', async () => {
    await using store = await open()
    const { conversations } = store
    const at = new Date('2026-01-01T00:00:00Z')
    for (const traceId of ['t1', 't2']) {
      await conversations.addTurn(fakeTurn({ traceId }), ongoing)
      await conversations.addFeedback({ traceId, principal: 'ann', verdict: 'good', at }, ongoing)
    }
    await conversations.forgetTurn('t1', ongoing)
    await conversations.forgetTurn('unknown', ongoing)
    expect(await conversations.turn('t1', ongoing)).toBeUndefined()
    expect(await conversations.feedback('t1', ongoing)).toEqual([])
    expect(await conversations.turns('c', 'ann', 10, ongoing)).toMatchObject([{ traceId: 't2' }])
    expect(await conversations.feedback('t2', ongoing)).toHaveLength(1)
  })

  it('forgets what is older than a time', async () => {
    await using store = await open()
    const { conversations } = store
    for (const [principal, day] of [
      ['ann', 1],
      ['bob', 20],
    ] as const) {
      const at = new Date(Date.UTC(2026, 0, day))
      await conversations.addTurn(fakeTurn({ traceId: principal, principal, at }), ongoing)
      await conversations.addFeedback({ traceId: principal, principal, verdict: 'good', at }, ongoing)
      await conversations.savePosition({ conversationId: 'c', principal, position: 'step 1', at }, ongoing)
    }
    await conversations.forgetBefore(new Date(Date.UTC(2026, 0, 10)), ongoing)
    expect(await kept(conversations, 'ann')).toEqual([[], [], undefined])
    expect((await kept(conversations, 'bob')).flat()).toHaveLength(3)
  })
}

async function kept(conversations: ConversationStore, principal: string) {
  return [
    await conversations.turns('c', principal, 10, ongoing),
    await conversations.feedback(principal, ongoing),
    await conversations.position('c', principal, ongoing),
  ]
}

function fakeTurn(given: Partial<Turn> & { traceId: string }): Turn {
  return {
    conversationId: 'c',
    principal: 'ann',
    question: 'how do we fail over?',
    standalone: 'how do we fail over Redis?',
    lang: 'en',
    answer: 'By hand [1].',
    abstained: false,
    cited: [],
    at: new Date('2026-01-01T00:00:00Z'),
    ...given,
  }
}
