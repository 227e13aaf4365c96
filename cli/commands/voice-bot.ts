import { once } from 'node:events'
import { durationMs } from '#runtime/config/duration.ts'
import { createMetrics } from '#server/metrics.ts'
import { addProviderMetrics } from '#server/provider-metrics.ts'
import { createVoiceServer, refuseStrangers } from '#server/server.ts'
import { addVoiceMetrics } from '#server/voice-metrics.ts'
import { openLimits } from '../compose/limits.ts'
import { watchedOf } from '../compose/providers-desk.ts'
import { openCallTickets } from '../compose/slack.ts'
import { openSpeech } from '../compose/speech.ts'
import { openVoice } from '../compose/voice.ts'
import { openNightdesk } from '../compose.ts'
import type { Invocation } from '../invocation.ts'
import { writeJson, writeLine } from '../output.ts'
import { configuredPrincipals } from '../principals.ts'
import { version } from '../version.ts'

export interface VoiceBotOptions {
  port?: number
}

/** Voice alone, until it is asked to stop: as many as wanted on one DATABASE_URL, or on one data directory. */
export async function voiceBotCommand(invocation: Invocation, options: VoiceBotOptions): Promise<void> {
  const { config, log, output, signal } = invocation
  refuseStrangers(config.env.HOST, config.settings.principals)
  await using nightdesk = await openNightdesk(invocation)
  const metrics = createMetrics(() => nightdesk.store.documents.counts(AbortSignal.timeout(5000)))
  const { providers } = nightdesk
  const counted = addProviderMetrics(
    metrics.registry,
    () => providers.pools.flatMap((pool) => pool.health()),
    watchedOf(providers),
  )
  providers.listen(counted.called)
  await using limits = openLimits(config)
  await using speech = await openSpeech(config, providers)
  await using voice = await openVoice(invocation, nightdesk, addVoiceMetrics(metrics.registry), { speech, limits })
  await using tickets = await openCallTickets(invocation)
  const server = createVoiceServer({
    principals: configuredPrincipals(config.settings),
    waitingFor: () => [],
    metrics,
    version,
    log,
    publicUrl: config.env.PUBLIC_URL,
    limits,
    realtime: voice.desk,
    tickets,
  })
  const { url } = await server.listen(config.env.HOST, options.port ?? config.env.PORT, signal)
  try {
    voice.warm()
    const address = `${url.replace(/^http/, 'ws')}/v1/realtime`
    if (output.json) writeJson(output, { url, realtime: address })
    else writeLine(output, `Listening for voice at ${address}.`)
    if (!signal.aborted) await once(signal, 'abort')
  } finally {
    await server.drain(AbortSignal.timeout(durationMs(config.settings.voice.drain_for) ?? 0))
  }
  log.info({}, 'stopped')
}
