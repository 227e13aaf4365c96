import { setTimeout as pause } from 'node:timers/promises'
import type { ConversationStore } from '#knowledge/conversation-store.ts'
import type { Clock } from '#runtime/clock.ts'
import { durationMs } from '#runtime/config/duration.ts'
import type { Invocation } from './invocation.ts'

const everyMs = 6 * 3_600_000

/** Deletes conversations once they are older than the settings say, now and then, until it's told to stop. */
export async function forgetOldConversations(
  { config, log, signal }: Pick<Invocation, 'config' | 'log' | 'signal'>,
  conversations: ConversationStore,
  clock: Clock,
): Promise<void> {
  const keepMs = durationMs(config.settings.conversations.keep_for)
  if (keepMs === undefined) return
  while (!signal.aborted) {
    try {
      await conversations.forgetBefore(new Date(clock.now().getTime() - keepMs), signal)
      await pause(everyMs, undefined, { signal, ref: false })
    } catch (err) {
      if (signal.aborted) return
      log.warn({ err }, 'old conversations were not deleted')
      await pause(everyMs, undefined, { signal, ref: false }).catch(() => undefined)
    }
  }
}
