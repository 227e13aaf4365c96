import type { PageCall, Pager, Reached } from '#conversation/outlets/pager.ts'
import { detectLang } from '#knowledge/language.ts'
import { OpsError, userMessageOf } from '#runtime/errors.ts'
import { escaped, message } from './layout/message.ts'
import { SlackCalls, type SlackCallsParts } from './slack-calls.ts'
import { tellDirectly } from './telling.ts'

export interface SlackPagerParts extends SlackCallsParts {
  /** Ids of people and channels, by owner as documents name them. Nobody else is written to. */
  slackIds: ReadonlyMap<string, string>
}

/** No owner has an address in Slack. */
class NobodyInSlackError extends OpsError {
  override readonly name = 'NobodyInSlackError'
  readonly code = 'page_nobody'
  readonly retryable = false
  readonly userMessage =
    'I do not know who they are in Slack. Set their id (slack: U012345) under conversations.owners in nightdesk.yaml.'
  constructor() {
    super('No owner has an address in Slack')
  }
}

/** None of them was written to. */
class PageNotPostedError extends OpsError {
  override readonly name = 'PageNotPostedError'
  readonly code = 'page_failed'
  readonly retryable = true
  readonly userMessage: string
  constructor(cause: unknown) {
    super('No owner could be written to in Slack', { cause })
    this.userMessage = `The page did not get through. Call the owners yourself. ${userMessageOf(cause)}`
  }
}

/** Writes to the owners in Slack, to each alone or into their channel. */
export class SlackPager implements Pager {
  readonly #calls: SlackCalls
  readonly #slackIds: ReadonlyMap<string, string>

  constructor(parts: SlackPagerParts) {
    this.#calls = new SlackCalls(parts)
    this.#slackIds = new Map([...parts.slackIds].map(([owner, id]) => [named(owner), id]))
  }

  wayTo(): Reached {
    return 'paged'
  }

  async page({ owners, about, document, by }: PageCall, signal: AbortSignal): Promise<Reached> {
    const ids = new Set(owners.flatMap((owner) => this.#slackIds.get(named(owner)) ?? []))
    if (ids.size === 0) throw new NobodyInSlackError()
    const who = escaped(by)
    const source = document === undefined ? '' : `\n<${document.url}|${escaped(document.title)}>`
    const asked = escaped(about.replace(/\s+/g, ' ').slice(0, 500))
    const said =
      detectLang(about) === 'ja'
        ? `📟 ${who} さんが助けを求めています:「${asked}」${source}`
        : `📟 ${who} asks for your help: “${asked}”${source}`
    const told = await Promise.allSettled([...ids].map((id) => this.#tell(id, message(said), signal)))
    signal.throwIfAborted()
    const failed = told.find((each) => each.status === 'rejected')
    if (failed !== undefined && told.every(({ status }) => status === 'rejected'))
      throw new PageNotPostedError(failed.reason)
    return 'paged'
  }

  async #tell(id: string, said: ReturnType<typeof message>, signal: AbortSignal): Promise<void> {
    if (/^[UW]/.test(id)) return await tellDirectly(this.#calls, id, said, signal)
    await this.#calls.turnIn(id, signal)
    const posting = { channel: id, text: said.text, blocks: said.blocks, unfurl_links: false }
    await this.#calls.call('chat.postMessage', (client) => client.chat.postMessage(posting), signal, 'once')
  }
}

function named(owner: string): string {
  return owner.normalize('NFKC').trim().toLowerCase()
}
