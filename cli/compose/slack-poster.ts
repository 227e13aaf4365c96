import { setTimeout as pause } from 'node:timers/promises'
import type { Poster } from '#conversation/outlets/poster.ts'
import type { DocumentStore } from '#knowledge/document-store.ts'
import { systemClock } from '#runtime/clock.ts'
import type { Config } from '#runtime/config/config.ts'
import type { Log } from '#runtime/log.ts'

/** Posts to Slack for whoever asks elsewhere; undefined: no token is set. Slack's library is loaded by the first post. */
export function openPoster(
  { env, settings }: Config,
  { documents, log }: { documents: DocumentStore; log: Log },
): Poster | undefined {
  const { SLACK_BOT_TOKEN: token, SLACK_API_URL: apiUrl } = env
  if (token === undefined) return undefined
  let opening: Promise<Poster> | undefined
  const open = async (): Promise<Poster> => {
    const { SlackPoster } = await import('#slack-bot/slack-poster.ts')
    return new SlackPoster({
      token,
      apiUrl,
      usualChannel: settings.slack.post_to,
      principals: settings.principals,
      groups: settings.slack.groups,
      guests: settings.slack.guests,
      documents,
      clock: systemClock,
      wait: (ms, signal) => pause(ms, undefined, { signal }),
      log,
    })
  }
  return {
    post: async (post, signal) => {
      opening ??= open()
      return await (await opening).post(post, signal)
    },
  }
}
