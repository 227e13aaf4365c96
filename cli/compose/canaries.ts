import { setTimeout as pause } from 'node:timers/promises'
import type { Ask } from '#knowledge/answer.ts'
import type { DocumentStore } from '#knowledge/document-store.ts'
import type { Principal } from '#knowledge/principal.ts'
import { Canaries, type Canary, type CanaryAnswer } from '#providers/canaries/canaries.ts'
import { ModelChanges } from '#providers/canaries/model-changes.ts'
import type { Config } from '#runtime/config/config.ts'
import { durationMs } from '#runtime/config/duration.ts'
import type { Log } from '#runtime/log.ts'
import type { Providers } from './providers.ts'

export interface CanariesParts {
  config: Pick<Config, 'settings'>
  ask: Ask
  documents: DocumentStore
  providers: Pick<Providers, 'llm' | 'listen' | 'watching'>
  log: Log
}

/** Its questions are no person's; it sees what a model may be shown. */
const asker: Principal = { name: 'canaries', audiences: 'all' }
/** A change of model shows in several calls at once. */
const afterChangeMs = 5_000
const answerWithinMs = 60_000
/** Of the inventory, when questions are drawn. */
const documentsLookedAt = 400

/** The questions with known answers of this installation. */
export function openCanaries({ config, ask, documents, providers, log }: CanariesParts): Canaries {
  const { questions, drawn } = config.settings.canaries
  return new Canaries(
    {
      ask: async (question, signal) =>
        answered(ask, question, AbortSignal.any([signal, AbortSignal.timeout(answerWithinMs)])),
      draw: (count, signal) => drawnFrom(documents, count, signal),
      onOutcome: (provider = providers.llm?.id ?? 'extractive', outcome) => {
        // That nobody could be reached is told by failures.
        if (outcome === 'lost') return
        providers.watching.rated({ kind: 'llm', provider, model: provider, measure: 'canaries' }, outcome !== 'right')
      },
      log,
    },
    questions.map(givenCanary),
    drawn,
  )
}

/** Asks them from time to time, and soon after a model has changed, until it's told to stop. Without a model there is none to watch. */
export async function watchCanaries(parts: CanariesParts, signal: AbortSignal): Promise<void> {
  const { config, providers, log } = parts
  const { every, drawn, questions } = config.settings.canaries
  const everyMs = durationMs(every)
  if (providers.llm === undefined || everyMs === undefined || drawn + questions.length === 0) return
  const canaries = openCanaries(parts)
  const changes = new ModelChanges()
  let changed = Promise.withResolvers<void>()
  providers.listen((call) => {
    if (changes.called(call)) changed.resolve()
  })
  while (!signal.aborted) {
    try {
      await soonerOf(everyMs, changed.promise, signal)
      changed = Promise.withResolvers<void>()
      await canaries.round(signal)
    } catch (err) {
      if (signal.aborted) return
      log.warn({ err }, 'questions with known answers were not asked')
    }
  }
}

async function soonerOf(ms: number, changed: Promise<void>, signal: AbortSignal): Promise<void> {
  const stop = new AbortController()
  const either = AbortSignal.any([signal, stop.signal])
  const waited = pause(ms, undefined, { signal: either, ref: false })
  waited.catch(() => undefined)
  try {
    await Promise.race([waited, changed.then(() => pause(afterChangeMs, undefined, { signal: either, ref: false }))])
  } finally {
    stop.abort()
  }
}

async function answered(ask: Ask, text: string, signal: AbortSignal): Promise<CanaryAnswer> {
  for await (const event of ask({ text, mode: 'text', principal: asker }, signal)) {
    if (event.kind !== 'done') continue
    const { answer, abstained, citations, provider, warnings } = event.answer
    return {
      text: answer,
      abstained,
      documents: citations.flatMap(({ document }) => [document.id, document.path]),
      hadLies: warnings.some(({ code }) => code === 'unsupported_dropped'),
      provider: provider === 'extractive' ? undefined : provider,
    }
  }
  throw new Error('The answer ended before it was done')
}

function givenCanary({ question, cites, contains }: Config['settings']['canaries']['questions'][number]): Canary {
  return {
    question,
    isRight: ({ text, documents }) =>
      (cites === undefined || documents.some((name) => name.endsWith(cites))) &&
      (contains === undefined || text.toLowerCase().includes(contains.toLowerCase())),
  }
}

/** What a heading of a document says is told by that document: of each document one question, spread over the inventory. */
async function drawnFrom(documents: DocumentStore, count: number, signal: AbortSignal): Promise<Canary[]> {
  const { documents: all } = await documents.documents({ principal: asker }, undefined, documentsLookedAt, signal)
  const pages = all.filter(({ kind }) => kind === 'page')
  const step = Math.max(1, Math.floor(pages.length / count))
  const drawn: Canary[] = []
  for (let at = 0; at < pages.length && drawn.length < count; at += step) {
    const page = pages[at]
    if (page === undefined) break
    const headings = (await documents.passagesOf(page.id, asker, signal)).map(({ heading }) => heading.at(-1))
    const heading = headings.find((name) => name !== undefined && name !== page.title)
    if (heading === undefined) continue
    drawn.push({
      question:
        page.lang === 'ja'
          ? `「${page.title}」の「${heading}」には何と書いてありますか？`
          : `What does “${page.title}” say about “${heading}”?`,
      isRight: ({ documents: cited }) => cited.includes(page.id),
    })
  }
  return drawn
}
