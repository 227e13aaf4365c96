import { textOf } from './block-kit.fake.ts'
import type { Args } from './slack-workspace.fake.ts'

export interface FakeLimits {
  /** Calls of a method in a minute, over all channels; unlisted: any number. */
  perMinute: Readonly<Record<string, number>>
  /** Messages in a channel within ten seconds; Slack allows about one a second and short bursts. */
  postsInTenSeconds: number
  /** Its minutes pass so much faster. */
  speed: number
}

/** How fast a workspace lets one app go (docs.slack.dev/apis/web-api/rate-limits: tiers 2, 3 and 4). */
export const realLimits: Pick<FakeLimits, 'perMinute' | 'postsInTenSeconds'> = {
  postsInTenSeconds: 14,
  perMinute: {
    'chat.startStream': 20,
    'chat.stopStream': 20,
    'chat.appendStream': 100,
    'chat.update': 50,
    'chat.delete': 50,
    'chat.postEphemeral': 100,
    'users.info': 100,
    'users.list': 20,
    'users.lookupByEmail': 50,
    'conversations.members': 100,
    'conversations.info': 50,
    'conversations.replies': 50,
    'conversations.open': 50,
    'usergroups.users.list': 20,
    'views.publish': 100,
    'views.open': 100,
    'assistant.threads.setStatus': 100,
  },
}

const channelPosts = new Set(['chat.postMessage', 'chat.startStream'])

/** The calls that were made of late. */
export class FakeRates {
  readonly #limits: FakeLimits
  readonly #made = new Map<string, number[]>()

  /** @param limits May be changed later. */
  constructor(limits: FakeLimits) {
    this.#limits = limits
  }

  isTooFast(method: string, args: Args): boolean {
    const { perMinute, postsInTenSeconds, speed } = this.#limits
    const isOften = (key: string, most: number | undefined, withinMs: number) => {
      if (most === undefined) return false
      const now = performance.now()
      const recent = (this.#made.get(key) ?? []).filter((at) => now - at < withinMs / speed)
      if (recent.length >= most) return true
      this.#made.set(key, [...recent, now])
      return false
    }
    const isPost = channelPosts.has(method)
    if (isPost && isOften(`post in ${textOf(args.channel)}`, postsInTenSeconds, 10_000)) return true
    return isOften(method, perMinute[method], 60_000)
  }
}
