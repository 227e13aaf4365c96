import { setTimeout as pause } from 'node:timers/promises'
import { type AskLoop, askByLoop } from '#conversation/ask.ts'
import { fakeParts, rankedPassages, type Section } from '#conversation/conversation.fake.ts'
import { StoredIncidentMemory } from '#conversation/incidents/stored-incident-memory.ts'
import type { Answer, AnswerEvent, Citation, RankedPassage, Search } from '#knowledge/answer.ts'
import type { Document } from '#knowledge/document.ts'
import type { Freshness } from '#knowledge/freshness.ts'
import { detectLang } from '#knowledge/language.ts'
import { MemoryLedger } from '#knowledge/memory/memory-ledger.ts'
import { openMemoryStore } from '#knowledge/memory/memory-store.ts'
import { fakeDocument, fakeEntry, fakePassage } from '#knowledge/passage.fake.ts'
import { maySee } from '#knowledge/principal.ts'
import type { KnowledgeStore } from '#knowledge/store.ts'
import { systemClock } from '#runtime/clock.ts'
import { silentLog } from '#runtime/log.ts'
import { FakeSlack, type FakeSlackOptions } from './slack.fake.ts'
import { SlackBot, type SlackBotParts } from './slack-bot.ts'

const ongoing = new AbortController().signal

export interface WikiPage {
  id: string
  /** A question that contains it is answered by this page. */
  about: string
  says: string
  audience?: readonly string[]
  owners?: readonly string[]
  freshness?: Partial<Freshness>
  warnings?: Answer['warnings']
}

const wikiPages: readonly WikiPage[] = [
  {
    id: 'redis',
    about: 'redis',
    says: 'Fail over Redis by hand [1].\n\n1. Stop the writers.\n2. Run:\n\n```sh\nredis-cli -p 26379 failover <main> && echo "ok"\n```\n\n3. Watch `INFO`.',
    owners: ['@ann'],
  },
  {
    id: 'vault',
    about: 'vault',
    says: 'The vault is unsealed with three keys [1].',
    audience: ['sre'],
    owners: ['@bob'],
  },
  {
    id: 'mysql',
    about: 'mysql',
    says: 'Restart MySQL with `systemctl restart mysql` [1].',
    owners: ['dba-team'],
    freshness: { state: 'stale', editedAt: new Date('2022-01-05T00:00:00Z') },
    warnings: [{ code: 'outdated_source', message: 'This source was last edited 4 years ago.' }],
  },
  { id: 'dns', about: 'DNS', says: 'DNS は手動で切り替えます [1]。', owners: ['@chi'] },
]

function documentOf({ id, audience = [], owners = [] }: WikiPage): Document {
  return fakeDocument({ id, title: `${id} runbook`, audience: [...audience], owners: [...owners] })
}

function citationOf(page: WikiPage): Citation {
  const document = documentOf(page)
  const freshness: Freshness = {
    state: 'fresh',
    editedAt: document.editedAt,
    documentEditedAt: document.editedAt,
    reasons: [],
    brokenReferences: [],
    contradictedBy: [],
    ...page.freshness,
  }
  return {
    n: 1,
    quote: page.says.split(' [')[0] ?? page.says,
    passageId: `${page.id}#0`,
    heading: ['Steps'],
    document,
    freshness,
  }
}

export interface FakeWiki {
  store: KnowledgeStore
  ask: AskLoop
  search: Search
  asked: { text: string; principal: string; audiences: readonly string[] | 'all'; conversationId: string | undefined }[]
  /** Comes before every answer; a test may make it wait or throw. */
  before: (text: string, signal: AbortSignal) => Promise<void>
}

/** Answers from these pages what the principal may see of them, as the real thing does: whole, cited, kept. */
export async function fakeWiki(pages: readonly WikiPage[] = wikiPages): Promise<FakeWiki> {
  const store = openMemoryStore()
  await store.documents.replaceEntries(
    pages.map((page) => fakeEntry(documentOf(page), [fakePassage({ id: `${page.id}#0`, text: page.says })])),
    ongoing,
  )
  let traces = 0
  const wiki: FakeWiki = {
    store,
    asked: [],
    before: async () => undefined,
    ask: async function* (question, signal): AsyncGenerator<AnswerEvent> {
      const { text, principal } = question
      wiki.asked.push({
        text,
        principal: principal.name,
        audiences: principal.audiences,
        conversationId: question.conversationId,
      })
      yield { kind: 'status', stage: 'searching' }
      await wiki.before(text, signal)
      signal.throwIfAborted()
      yield { kind: 'status', stage: 'reading' }
      const earlier =
        question.conversationId === undefined
          ? []
          : await store.conversations.turns(question.conversationId, principal.name, 6, signal)
      const whole = [...earlier.map((turn) => turn.question), text].join(' ')
      const fits = (said: string) =>
        pages.filter(({ about, audience = [] }) => said.includes(about) && maySee(principal, audience))
      const page = fits(text)[0] ?? fits(whole).at(-1)
      const citations = page === undefined ? [] : [citationOf(page)]
      const says = page?.says ?? `Nothing found for ${text}`
      for (const citation of citations) yield { kind: 'citation', citation }
      for (const piece of says.split(/(?<= )/)) yield { kind: 'delta', text: piece }
      yield { kind: 'status', stage: 'checking' }
      traces += 1
      const answer: Answer = {
        answer: says,
        spoken: says,
        abstained: page === undefined,
        confidence: page === undefined ? 0 : 0.9,
        lang: detectLang(text),
        citations,
        warnings: page?.warnings ?? [],
        conversationId: earlier[0]?.conversationId ?? `conversation-${traces}`,
        traceId: `trace-${traces}-${text.length}`,
        provider: 'extractive',
        timingsMs: { total: 1 },
        costUsd: 0,
      }
      await store.conversations.addTurn(
        {
          traceId: answer.traceId,
          conversationId: answer.conversationId,
          principal: principal.name,
          question: text,
          standalone: text,
          lang: answer.lang,
          answer: says,
          abstained: answer.abstained,
          cited: citations.map(({ passageId, quote }) => ({ passageId, quote })),
          at: new Date(),
        },
        signal,
      )
      yield { kind: 'done', answer }
    },
    search: async ({ principal }) => {
      const seen = pages.filter(({ audience = [] }) => maySee(principal, audience))
      const passages = seen.map((page, at): RankedPassage => {
        const { document, freshness } = citationOf(page)
        return {
          rank: at + 1,
          score: 0.2,
          passage: fakePassage({ id: `${page.id}#0`, text: page.says }),
          document,
          freshness,
        }
      })
      return { passages, relevance: 0.1, relevant: false, timingsMs: {}, warnings: [] }
    },
  }
  return wiki
}

function memoryOf({ conversations }: Pick<FakeWiki['store'], 'conversations'>): StoredIncidentMemory {
  return new StoredIncidentMemory({ conversations, clock: systemClock, log: silentLog })
}

/** Answers by the real loop from these sections. */
export async function loopWiki(sections: readonly Section[]): Promise<FakeWiki> {
  const store = openMemoryStore()
  const passages = rankedPassages(sections)
  for (const { document } of passages) {
    const own = passages.filter((each) => each.document.id === document.id).map(({ passage }) => fakePassage(passage))
    await store.documents.replaceEntries([fakeEntry(document, own)], ongoing)
  }
  const incidents = memoryOf(store)
  const parts = fakeParts(sections, { conversations: store.conversations, incidents, clock: systemClock })
  const loop = askByLoop(parts)
  const wiki: FakeWiki = {
    store,
    asked: [],
    before: async () => undefined,
    ask: async function* (question, signal) {
      const { text, principal, conversationId } = question
      wiki.asked.push({ text, principal: principal.name, audiences: principal.audiences, conversationId })
      await wiki.before(text, signal)
      yield* loop(question, signal)
    },
    search: parts.search,
  }
  return wiki
}

export interface StartedBot extends AsyncDisposable {
  slack: FakeSlack
  wiki: FakeWiki
  bot: SlackBot
  parts: SlackBotParts
  /** Resolves when nothing was called and nothing said for a moment. */
  quiet: () => Promise<void>
  /** Until this holds. */
  until: (holds: () => boolean) => Promise<void>
  stop: () => Promise<void>
}

export interface StartBotOptions {
  slack?: FakeSlack | FakeSlackOptions
  wiki?: FakeWiki
  given?: Partial<SlackBotParts>
}

/** A bot of ours on a Slack of ours, with three people: U1 and U2 in C1, U1 in D1. */
export async function startBot({ slack: how, wiki: theirs, given }: StartBotOptions = {}): Promise<StartedBot> {
  const slack = how instanceof FakeSlack ? how : await new FakeSlack(how).listen()
  const { workspace } = slack
  if (!workspace.users.has('U1')) {
    for (const id of ['U1', 'U2', 'U3']) workspace.person(id, { email: `${id.toLowerCase()}@example.com` })
    workspace.channel('C1', ['U1', 'U2'])
    workspace.channel('D1', ['U1'])
  }
  const wiki = theirs ?? (await fakeWiki())
  const parts: SlackBotParts = {
    botToken: slack.botToken,
    appToken: slack.appToken,
    apiUrl: slack.url,
    ask: wiki.ask,
    search: wiki.search,
    documents: wiki.store.documents,
    passages: wiki.store.index,
    conversations: wiki.store.conversations,
    incidentMemory: memoryOf(wiki.store),
    freshnessOf: (document, editedAt) => ({
      state: 'aging',
      editedAt,
      documentEditedAt: document.editedAt,
      reasons: [],
      brokenReferences: [],
      contradictedBy: [],
    }),
    ledger: new MemoryLedger(),
    principals: [],
    guests: 'nothing',
    channels: [],
    groups: [],
    clock: systemClock,
    wait: (ms, signal) => pause(ms, undefined, { signal }),
    log: silentLog,
    ...given,
  }
  const bot = new SlackBot(parts)
  const stopping = new AbortController()
  const ready = Promise.withResolvers<void>()
  const running = bot.run(() => ready.resolve(), stopping.signal)
  await Promise.race([ready.promise, running])
  const stop = async () => {
    stopping.abort(new Error('the test is over'))
    await running
  }
  return {
    slack,
    wiki,
    bot,
    parts,
    stop,
    until: async (holds) => {
      while (!holds()) await pause(5)
    },
    quiet: async () => {
      let calls = -1
      for (let still = 0; still < 4; ) {
        // What is under way is waited for, unless a test holds it back.
        await bot.settle(AbortSignal.timeout(25))
        await pause(8)
        const now = slack.calls.length + slack.responses.length + wiki.asked.length
        still = now === calls ? still + 1 : 0
        calls = now
      }
    },
    [Symbol.asyncDispose]: async () => {
      await stop()
      if (!(how instanceof FakeSlack)) await slack[Symbol.asyncDispose]()
    },
  }
}
