import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import { Conversation } from '#conversation/conversation.ts'
import type { ConversationInput } from '#conversation/events.ts'
import type { Answer } from '#knowledge/answer.ts'
import type { Document } from '#knowledge/document.ts'
import { localPrincipal } from '#knowledge/principal.ts'
import { readConfig } from '#runtime/config/config.ts'
import { silentLog } from '#runtime/log.ts'
import { type Nightdesk, openNightdesk } from './compose.ts'
import { folderSources, sampleSource } from './sources.ts'
import { syncSources } from './sync-sources.ts'

/** Not a fake of ours but the whole of it, without a model, in this process, over the documents that ship. */
export interface SampleDesk extends AsyncDisposable {
  desk: Nightdesk
  documents: () => Promise<Document[]>
  /** What is answered to each of these, said one after the other in a conversation of its own. */
  answersTo: (said: readonly (string | ConversationInput)[], mode?: 'text' | 'spoken') => Promise<Answer[]>
}

/** @param docs Absent: the documents that ship. */
export async function openSampleDesk(docs?: string): Promise<SampleDesk> {
  const folder = await mkdtemp(join(tmpdir(), 'nightdesk-samples-'))
  const signal = new AbortController().signal
  const config = readConfig({ environment: {}, workingDir: folder })
  const output = {
    out: new PassThrough().resume(),
    err: new PassThrough().resume(),
    json: true,
    colour: false,
    live: false,
  }
  const invocation = { config, log: silentLog, output, signal }
  const desk = await openNightdesk(invocation, { storePath: join(folder, 'nightdesk.db') })
  const sources = docs === undefined ? [sampleSource(desk.sourceParts)] : folderSources([docs], desk.sourceParts)
  await syncSources(invocation, desk, sources, {})
  return {
    desk,
    documents: async () => {
      const found: Document[] = []
      let cursor: string | undefined
      do {
        const page = await desk.store.documents.documents({ principal: localPrincipal }, cursor, 100, signal)
        found.push(...page.documents)
        cursor = page.nextCursor
      } while (cursor !== undefined)
      return found
    },
    answersTo: async (said, mode = 'spoken') => {
      const conversation = new Conversation(desk.conversation, { principal: localPrincipal, mode })
      const answers: Answer[] = []
      for await (const event of conversation.turns(inputs(said), signal)) {
        if (event.kind === 'done') answers.push(event.answer)
      }
      return answers
    },
    [Symbol.asyncDispose]: async () => {
      await desk[Symbol.asyncDispose]()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

async function* inputs(said: readonly (string | ConversationInput)[]): AsyncGenerator<ConversationInput> {
  for (const each of said) yield typeof each === 'string' ? { kind: 'text', text: each } : each
}
