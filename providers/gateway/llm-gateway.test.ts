import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { fixedClock } from '#runtime/clock.ts'
import { silentLog } from '#runtime/log.ts'
import { MemoryBoard } from '../board/memory-board.ts'
import { LlmError } from '../llm/errors.ts'
import { llmContract } from '../llm/llm.contract.ts'
import { type ReplyStep, ScriptedLlm, says } from '../llm/llm.fake.ts'
import type { Llm, LlmPiece, LlmReplyOptions } from '../llm/llm.ts'
import { Breaker } from './breaker.ts'
import type { Call } from './call.ts'
import { createLlmGateway, type LlmGatewayOptions } from './llm-gateway.ts'
import { ProviderOrders } from './provider-orders.ts'
import { roughSentences } from './sentence-ends.ts'

const ongoing = new AbortController().signal
const forever = new Promise<never>(() => {})
const silent = async function* (): AsyncGenerator<ReplyStep> {
  yield await forever
}

function gateway(llms: readonly Llm[], options: LlmGatewayOptions = {}) {
  const calls: Call[] = []
  let ms = 0
  const parts = {
    clock: fixedClock('2026-06-01T03:00:00Z'),
    log: silentLog,
    now: () => ms,
    onCall: (call: Call) => void calls.push(call),
  }
  const llm = createLlmGateway(llms, parts, options)
  return {
    llm,
    calls,
    outcomes: () => calls.map(({ provider, outcome }) => [provider, outcome]),
    pass: (by: number) => {
      ms += by
    },
  }
}

async function* failing(error: Error): AsyncGenerator<LlmPiece> {
  await Promise.reject(error)
  yield { kind: 'text', text: 'never' }
}

async function piecesOf(llm: Llm, options: LlmReplyOptions = {}): Promise<LlmPiece[]> {
  return await Array.fromAsync(llm.reply([{ role: 'user', text: 'Redis is down.' }], options, ongoing))
}

/** Reads as answering does: a sentence counts once another has begun, or the reply has ended. */
async function heard(llm: Llm): Promise<string[]> {
  const whole: string[] = []
  let open = ''
  const used = (): string => whole.join(' ')
  for await (const piece of llm.reply([{ role: 'user', text: 'Redis is down.' }], { used }, ongoing)) {
    if (piece.kind === 'resumed') open = ''
    if (piece.kind !== 'text') continue
    const sentences = roughSentences(open + piece.text)
    open = sentences.pop() ?? ''
    if (/\s$/.test(piece.text) && !/\s$/.test(open)) open += ' '
    whole.push(...sentences.map((sentence) => sentence.trim()))
  }
  if (open.trim() !== '') whole.push(open.trim())
  return whole
}

describe('the gateway to language models', () => {
  llmContract(async (script) => ({
    llm: gateway([new ScriptedLlm(script)]).llm,
    [Symbol.asyncDispose]: async () => {},
  }))

  it('asks the next one when the first cannot be reached', async () => {
    const { llm, outcomes } = gateway([
      new ScriptedLlm(says({ status: 503 }), 'one'),
      new ScriptedLlm(says('Hello.'), 'two'),
    ])
    const pieces = await piecesOf(llm)
    expect(pieces[0]).toEqual({ kind: 'text', text: 'Hello.' })
    expect(pieces.at(-1)).toMatchObject({ kind: 'end', model: 'two' })
    expect(outcomes()).toEqual([
      ['one', 'unreachable'],
      ['two', 'good'],
    ])
  })

  it.each<[string, ReplyStep[], LlmReplyOptions]>([
    ['empty', [], {}],
    ['empty', ['  ', '\n'], {}],
    ['garbled', ['\uFFFD\uFFFD\u0001'], {}],
    [
      'wrong-language',
      ['Restart the primary by hand, then wait until every replica has caught up with it again.'],
      { lang: 'ja' },
    ],
    ['wrong-language', ['手動でプライマリを再起動し'.repeat(8)], { lang: 'en' }],
  ])('takes a reply that is %s for a failure', async (fault, steps, options) => {
    const { llm, outcomes } = gateway([new ScriptedLlm(says(...steps), 'one'), new ScriptedLlm(says('Hello.'), 'two')])
    const used = (): string => ''
    const text = (await piecesOf(llm, { ...options, used })).flatMap((piece) =>
      piece.kind === 'text' ? piece.text : [],
    )
    expect(text.at(-1)).toBe('Hello.')
    expect(outcomes()[0]).toEqual(['one', fault])
  })

  it('asks as it was asked: with tools, whether one must be called, and how long the reply may be', async () => {
    const one = new ScriptedLlm(says('Fine.'))
    const tools = [{ name: 'search', description: 'Searches.', parameters: {} }]
    await piecesOf(gateway([one]).llm, { tools, mustCall: true, maxTokens: 9 })
    expect(one.asked).toEqual([{ tools, mustCall: true, maxTokens: 9 }])
  })

  it('lets a Japanese answer quote English code, and an English one a Japanese name', async () => {
    const ja = '次を実行します：`kubectl rollout undo deployment/payments --namespace production --to-revision 12`'
    const en = 'The page 「フェイルオーバー手順書（決済基盤）」 says that the primary has to be restarted by hand.'
    for (const [text, lang] of [
      [ja, 'ja'],
      [en, 'en'],
    ] as const) {
      const { llm } = gateway([new ScriptedLlm(says(text))])
      expect((await piecesOf(llm, { lang }))[0]).toMatchObject({ text })
    }
  })

  it('leaves a provider alone after three failures in a row, and asks it again beside another', async () => {
    let isDown = true
    const one = new ScriptedLlm(async function* () {
      yield isDown ? { status: 503 } : 'One.'
    }, 'one')
    const two = new ScriptedLlm(says('Two.'), 'two')
    const { llm, pass } = gateway([one, two])
    for (let turn = 0; turn < 5; turn++) await piecesOf(llm)
    expect(one.heard).toHaveLength(3)
    expect(llm.pool.health()[0]).toMatchObject({ state: 'open', failures: 3, lastFault: { code: 'llm_unreachable' } })
    pass(2_000)
    await piecesOf(llm)
    expect(one.heard).toHaveLength(4)
    pass(2_000)
    await piecesOf(llm)
    expect(one.heard).toHaveLength(4)
    isDown = false
    pass(2_000)
    await piecesOf(llm)
    expect(one.heard).toHaveLength(5)
    expect(llm.pool.health()[0]).toMatchObject({ state: 'closed' })
  })

  it('no longer waits for a provider that takes calls and says nothing, and tries it again ever more seldom', async () => {
    let isHanging = true
    const one = new ScriptedLlm(async function* () {
      if (isHanging) await forever
      yield 'One.'
    }, 'one')
    const { llm, pass } = gateway([one, new ScriptedLlm(says('Two.'), 'two')], { hedgeAfterMs: 1 })
    for (let turn = 0; turn < 6; turn++) await piecesOf(llm)
    expect(one.heard).toHaveLength(3)
    expect(llm.pool.health()[0]).toMatchObject({ demoted: true, since: new Date('2026-06-01T03:00:00Z') })
    pass(5_000)
    await piecesOf(llm)
    pass(5_000)
    await piecesOf(llm)
    expect(one.heard).toHaveLength(4)
    isHanging = false
    pass(5_000)
    await piecesOf(llm)
    await piecesOf(llm)
    expect(one.heard).toHaveLength(6)
    expect(llm.pool.health()[0]).toMatchObject({ demoted: false })
  })

  it('tells since when a provider fails, from its first failure on, however often it was tried again', async () => {
    const clock = fixedClock('2026-06-01T03:00:00Z')
    let isDown = false
    const one = new ScriptedLlm(async function* () {
      yield isDown ? { status: 503 } : 'One.'
    }, 'one')
    let ms = 0
    const llm = createLlmGateway([one, new ScriptedLlm(says('Two.'), 'two')], { clock, log: silentLog, now: () => ms })
    const turn = async (): Promise<void> => {
      clock.advance(60_000)
      ms += 60_000
      await piecesOf(llm)
    }
    await turn()
    isDown = true
    for (let turns = 0; turns < 5; turns++) await turn()
    expect(llm.pool.health()[0]).toMatchObject({ state: 'open', since: new Date('2026-06-01T03:02:00Z') })
    isDown = false
    await turn()
    expect(llm.pool.health()[0]).toMatchObject({ state: 'closed', since: new Date('2026-06-01T03:07:00Z') })
  })

  it('does not wait again for one that fell silent in the middle of a reply', async () => {
    const halting = new ScriptedLlm(async function* (): AsyncGenerator<ReplyStep> {
      yield 'Restart it. '
      await forever
    }, 'halting')
    const { llm } = gateway([halting], { deadlines: { betweenPiecesMs: 20 } })
    await expect(piecesOf(llm, { used: () => 'Restart it.' })).rejects.toMatchObject({ fault: 'too-slow' })
    expect(halting.heard).toHaveLength(1)
  })

  it('says at once that all are left alone', async () => {
    const { llm } = gateway([new ScriptedLlm(says({ status: 503 }))])
    for (let turn = 0; turn < 3; turn++) await expect(piecesOf(llm)).rejects.toMatchObject({ fault: 'unreachable' })
    await expect(piecesOf(llm)).rejects.toMatchObject({ fault: 'left-alone', retryable: true })
  })

  it('asks another beside one that is late, listens to whoever is first, and hangs up on the other', async () => {
    const slow = new ScriptedLlm(silent, 'slow')
    const { llm, outcomes } = gateway([slow, new ScriptedLlm(says('Quick.'), 'quick')], { hedgeAfterMs: 1 })
    expect((await piecesOf(llm))[0]).toEqual({ kind: 'text', text: 'Quick.' })
    expect(outcomes()).toContainEqual(['slow', 'outrun'])
  })

  it('gives up a provider that stops in mid-reply, and has another go on', async () => {
    const hanging = new ScriptedLlm(async function* () {
      yield 'Restart the primary. Then '
      await forever
    }, 'hanging')
    const { llm, outcomes } = gateway([hanging, new ScriptedLlm(says('Check its lag.'), 'two')], {
      deadlines: { betweenPiecesMs: 20 },
    })
    expect(await heard(llm)).toEqual(['Restart the primary.', 'Check its lag.'])
    expect(outcomes()).toContainEqual(['hanging', 'too-slow'])
  })

  it('counts nothing against a provider when whoever asked hangs up', async () => {
    const { llm } = gateway([new ScriptedLlm(silent)])
    for (let turn = 0; turn < 5; turn++) {
      const interrupt = new AbortController()
      const next = llm.reply([], {}, interrupt.signal)[Symbol.asyncIterator]().next()
      interrupt.abort(new Error('barge-in'))
      await expect(next).rejects.toThrow('barge-in')
    }
    expect(llm.pool.health()[0]).toMatchObject({ state: 'closed', failures: 0 })
  })

  it('asks no provider that was drained, and one that was pinned first', async () => {
    const { llm, outcomes } = gateway(['one', 'two', 'three'].map((id) => new ScriptedLlm(says(`${id}.`), id)))
    const orders = new ProviderOrders({ board: new MemoryBoard(), pools: () => [llm.pool] })
    expect(await orders.command('llm', 'one', 'drain', ongoing)).toBe(true)
    await piecesOf(llm)
    await orders.command('llm', 'three', 'pin', ongoing)
    await piecesOf(llm)
    await orders.command('llm', 'one', 'release', ongoing)
    await orders.command('llm', 'three', 'release', ongoing)
    await piecesOf(llm)
    expect(outcomes().map(([id]) => id)).toEqual(['two', 'three', 'one'])
    expect(await orders.command('llm', 'four', 'pin', ongoing)).toBe(false)
  })

  it('does in every process what was said in one of them, and goes on so after a restart', async () => {
    const board = new MemoryBoard()
    const processes = [1, 2, 3].map(() => {
      const { llm, outcomes } = gateway(['one', 'two'].map((id) => new ScriptedLlm(says(`${id}.`), id)))
      return { llm, outcomes, orders: new ProviderOrders({ board, pools: () => [llm.pool] }) }
    })
    const [here, there, restarted] = processes
    await here?.orders.command('llm', 'one', 'pin', ongoing)
    await here?.orders.command('llm', 'two', 'pin', ongoing)
    await there?.orders.command('llm', 'one', 'drain', ongoing)
    for (const each of [here, there, restarted]) {
      await each?.orders.refresh(ongoing)
      const standing = each?.llm.pool.health().map(({ id, pinned, drained }) => [id, pinned, drained])
      expect(standing).toEqual([
        ['one', false, true],
        ['two', true, false],
      ])
    }
  })

  it('asks a provider that has become slower after the others, for a while', async () => {
    const { llm, outcomes, pass } = gateway(['one', 'two'].map((id) => new ScriptedLlm(says(`${id}.`), id)))
    llm.pool.demote('one', 1000)
    await piecesOf(llm)
    pass(1000)
    await piecesOf(llm)
    expect(outcomes().map(([id]) => id)).toEqual(['two', 'one'])
  })

  it('leaves a provider alone for as long as it says itself', async () => {
    const limited: Llm = {
      id: 'limited',
      reply: () => failing(new LlmError('rate-limited', 'limited', undefined, 30_000)),
    }
    const { llm, pass } = gateway([limited, new ScriptedLlm(says('Hello.'), 'two')])
    await piecesOf(llm)
    await piecesOf(llm)
    expect(llm.pool.health()[0]).toMatchObject({ state: 'open', calls: 1 })
    pass(30_000)
    await piecesOf(llm)
    expect(llm.pool.health()[0]).toMatchObject({ calls: 2 })
  })

  it('is back when a provider is, though the time of day was set back by an hour', async () => {
    let ms = 0
    const breaker = new Breaker({ now: () => ms })
    for (let k = 0; k < 3; k++) breaker.enter()?.settle('bad')
    await Promise.resolve()
    await new Promise((resolve) => setImmediate(resolve))
    expect(breaker.state).toBe('open')
    const { now } = Date
    try {
      Date.now = () => now() - 3_600_000
      ms = 2_000
      const pass = breaker.enter()
      expect(pass?.probing).toBe(true)
      pass?.settle('good')
      await new Promise((resolve) => setImmediate(resolve))
      expect(breaker.state).toBe('closed')
    } finally {
      Date.now = now
    }
  })

  it('adds up what a reply cost over all that wrote it', async () => {
    const priceOf = (_: string, { outputTokens }: { outputTokens: number }): number => outputTokens
    const { llm, calls } = gateway(
      [new ScriptedLlm(says('One two. ', 'Three', { breakOff: true }), 'one'), new ScriptedLlm(says('Four.'), 'two')],
      { priceOf },
    )
    const pieces = await piecesOf(llm, { used: () => 'One two.' })
    expect(calls.map(({ costUsd }) => costUsd)).toEqual([4, 7])
    expect(pieces.at(-1)).toMatchObject({ kind: 'end', costUsd: 11 })
  })
})

describe('a reply that breaks off', () => {
  const sentences = [
    'Fail over by hand.',
    'Run `redis-cli failover` on 10.0.0.7 first!',
    'Is the lag below 5 seconds?',
    'Then promote the replica.',
    '待ってから確認します。',
    'Close the incident.',
  ]
  const whole = sentences.join(' ')
  /** What the next model says: the rest, its last sentence again and the rest, or everything again. */
  const goingOn = {
    continues: (said: number) => sentences.slice(said),
    'repeats its last sentence': (said: number) => sentences.slice(Math.max(0, said - 1)),
    'begins again': () => sentences,
  }

  it.each(Object.entries(goingOn))('is heard once, sentence by sentence, when the next model %s', async (_, rest) => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer({ min: 0, max: whole.length - 1 }), { minLength: 1, maxLength: 3 }),
        fc.integer({ min: 1, max: 9 }),
        async (cuts, pieceLength) => {
          const llms = [...cuts, whole.length].map((cut, at): Llm => {
            const script = (text: string) =>
              async function* (): AsyncGenerator<ReplyStep> {
                const end = Math.min(cut, text.length)
                for (let from = 0; from < end; from += pieceLength)
                  yield text.slice(from, Math.min(from + pieceLength, end))
                if (at < cuts.length) yield { breakOff: true }
              }
            return {
              id: `model ${at}`,
              reply: (messages, options, signal) => {
                const said = messages.find(({ role }) => role === 'assistant')?.text ?? ''
                const text = rest(sentences.filter((sentence) => said.includes(sentence)).length).join(' ')
                return new ScriptedLlm(script(text), `model ${at}`).reply(messages, options, signal)
              },
            }
          })
          expect(await heard(gateway(llms).llm)).toEqual(sentences)
        },
      ),
      { numRuns: 100 },
    )
  })

  it('ends in the failure for who cannot take words back', async () => {
    const second = new ScriptedLlm(says('Hello again.'))
    const { llm } = gateway([new ScriptedLlm(says('Hello.', { breakOff: true })), second])
    await expect(piecesOf(llm)).rejects.toMatchObject({ fault: 'broken-off' })
    expect(second.heard).toEqual([])
  })

  it('goes on with the same model where there is no other', async () => {
    let asked = 0
    const once = new ScriptedLlm(async function* () {
      asked += 1
      yield asked === 1 ? 'Fail over. Then ' : 'Then close the incident.'
      if (asked === 1) yield { breakOff: true }
    })
    expect(await heard(gateway([once]).llm)).toEqual(['Fail over.', 'Then close the incident.'])
    expect(once.heard[1]).toContainEqual({ role: 'assistant', text: 'Fail over.' })
  })
})
