import type { ChannelSettings } from './channel-settings.ts'
import type { AskedInSlack } from './incoming.ts'
import { isMeantForUs, looksLikeQuestion } from './question-text.ts'
import type { Threads } from './threads.ts'

export interface MeantParts {
  threads: Threads
  channels: readonly ChannelSettings[]
}

/** A question as it is to be answered; undefined: people talk to each other. */
export async function meantForUs(
  parts: MeantParts,
  asked: AskedInSlack,
  botUser: string,
  signal: AbortSignal,
): Promise<AskedInSlack | undefined> {
  const { threads } = parts
  const { team, channel, thread, text } = asked
  if (asked.via !== 'thread') return asked
  if (thread === undefined) return (await speaksUp(parts, asked, signal)) ? { ...asked, via: 'unasked' } : undefined
  const place = { team, channel, thread }
  if (!(await threads.isEngaged(place, signal))) return undefined
  const isWalking = (await threads.walkOf(place, signal)) !== undefined
  return asked.clip !== undefined || isMeantForUs(text, botUser, isWalking) ? asked : undefined
}

/** Where it is configured, on what is asked of nobody in particular. */
async function speaksUp(
  { threads, channels }: MeantParts,
  { team, channel, text }: AskedInSlack,
  signal: AbortSignal,
): Promise<boolean> {
  const settings = channels.find((each) => each.channel === channel)
  if (settings?.unaskedFrom === undefined || text.includes('<@') || !looksLikeQuestion(text)) return false
  return !(await threads.isHushed({ team, channel }, signal))
}
