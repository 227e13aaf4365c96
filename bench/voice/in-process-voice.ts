import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openSqliteStore } from '#knowledge/sqlite/sqlite-store.ts'
import { createLlmGateway } from '#providers/gateway/llm-gateway.ts'
import { createSpeechToTextGateway } from '#providers/gateway/speech-to-text-gateway.ts'
import { createTextToSpeechGateway } from '#providers/gateway/text-to-speech-gateway.ts'
import { systemClock } from '#runtime/clock.ts'
import { silentLog } from '#runtime/log.ts'
import type { VoiceSessions } from '#voice-bot/realtime/sessions.ts'
import { deskParts } from '../conversation/desk.ts'
import type { Mark } from '../conversation/port-marks.ts'
import type { SpokenScript } from '../stand-ins/spoken-script.ts'
import { measuredSessions } from './measured-sessions.ts'
import { scriptedProviders } from './scripted-providers.ts'

/** Voice sessions whose providers are objects of the same process, behind the gateways that the product has. */
export async function openInProcessVoice(
  script: SpokenScript,
  mark: Mark,
): Promise<{ sessions: VoiceSessions } & AsyncDisposable> {
  const directory = await mkdtemp(join(tmpdir(), 'nightdesk-bench-'))
  const store = openSqliteStore({ path: join(directory, 'store.db'), log: silentLog })
  const providers = scriptedProviders(script, mark)
  const gateway = { clock: systemClock, log: silentLog }
  const { detector, sessions } = measuredSessions(
    deskParts({
      search: providers.search,
      llm: createLlmGateway([providers.model], gateway),
      toText: createSpeechToTextGateway([providers.ear], gateway),
      toSpeech: createTextToSpeechGateway([providers.voice], gateway),
      conversations: store.conversations,
    }),
  )
  return {
    sessions,
    [Symbol.asyncDispose]: async () => {
      await sessions[Symbol.asyncDispose]()
      await detector[Symbol.asyncDispose]()
      await store[Symbol.asyncDispose]()
      await rm(directory, { recursive: true, force: true })
    },
  }
}
