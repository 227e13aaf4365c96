import type { webApi } from '@slack/bolt'
import { z } from 'zod'
import type { Poster } from '#conversation/outlets/poster.ts'
import type { DocumentStore } from '#knowledge/document-store.ts'
import type { Principal } from '#knowledge/principal.ts'
import { OpsError } from '#runtime/errors.ts'
import { People, type SlackGroup, type SlackPrincipal } from './people.ts'
import { SlackCalls, type SlackCallsParts } from './slack-calls.ts'

export interface SlackPosterParts extends SlackCallsParts {
  /** Id of the channel for what names none; absent: one has to be named. */
  usualChannel?: string | undefined
  /** Nobody: whoever may use Nightdesk may post. */
  principals: readonly SlackPrincipal[]
  groups: readonly SlackGroup[]
  guests: 'nothing' | 'public'
  documents: Pick<DocumentStore, 'document'>
}

/** It is not posted, and why; no part of it was. */
class PostRefusedError extends OpsError {
  override readonly name = 'PostRefusedError'
  readonly code = 'post_refused'
  readonly retryable = false
  readonly userMessage: string
  constructor(reason: string, userMessage: string) {
    super(`An answer was not posted to Slack: ${reason}`)
    this.userMessage = userMessage
  }
}

const Workspace = z.object({ team_id: z.string() })
/** A workspace with more channels than this is asked for the id. */
const mostPages = 20

/**
 * Posts answers into channels of Slack for those who ask elsewhere: on the page, by voice, on the command line. Who posts
 * has to be in the channel, and everybody in it has to be allowed to read what is cited.
 */
export class SlackPoster implements Poster {
  readonly #parts: SlackPosterParts
  readonly #calls: SlackCalls
  readonly #people: People
  #team: string | undefined

  constructor(parts: SlackPosterParts) {
    this.#parts = parts
    this.#calls = new SlackCalls(parts)
    this.#people = new People({ ...parts, calls: this.#calls })
  }

  async post(
    { channel, text, by, documentIds }: Parameters<Poster['post']>[0],
    signal: AbortSignal,
  ): Promise<{ url?: string | undefined }> {
    const id = await this.#channelNamed(channel, signal)
    await this.#mayPost(by, id, signal)
    await this.#mayBeRead(documentIds, id, signal)
    await this.#calls.turnIn(id, signal)
    const posted = await this.#calls.call(
      'chat.postMessage',
      (client) => client.chat.postMessage({ channel: id, text, unfurl_links: false }),
      signal,
      'once',
    )
    return { url: posted.ts === undefined ? undefined : await this.#linkTo(id, posted.ts, signal) }
  }

  async #channelNamed(name: string | undefined, signal: AbortSignal): Promise<string> {
    const { usualChannel } = this.#parts
    if (name === undefined || name === '') {
      if (usualChannel !== undefined) return usualChannel
      throw new PostRefusedError('no channel was named', 'Say which channel, or set slack.post_to in nightdesk.yaml.')
    }
    if (/^[CG][A-Z0-9]{6,}$/.test(name)) return name
    const wanted = name.replace(/^#/, '').trim().toLowerCase().replaceAll(' ', '-')
    let cursor: string | undefined
    for (let page = 0; page < mostPages; page++) {
      const found: webApi.ConversationsListResponse = await this.#calls.call(
        'conversations.list',
        (client) =>
          client.conversations.list({
            exclude_archived: true,
            limit: 1000,
            types: 'public_channel,private_channel',
            ...(cursor !== undefined && { cursor }),
          }),
        signal,
      )
      const id = found.channels?.find((each) => each.name?.toLowerCase() === wanted)?.id
      if (id !== undefined) return id
      cursor = found.response_metadata?.next_cursor
      if (cursor === undefined || cursor === '') break
    }
    throw new PostRefusedError(
      'the channel is not known',
      `I know no channel ${wanted} in Slack. Invite me to it first.`,
    )
  }

  /** Whoever is at the machine itself may, where nobody is configured. */
  async #mayPost(by: Principal, channel: string, signal: AbortSignal): Promise<void> {
    const { principals } = this.#parts
    if (principals.length === 0) return
    const slackId = principals.find(({ name }) => name === by.name)?.slack ?? /^slack:(\w+)$/.exec(by.name)?.[1]
    if (slackId === undefined)
      throw new PostRefusedError(
        'the principal has no Slack user',
        'I do not know who you are in Slack. Add your user id under principals in nightdesk.yaml (slack: U012345).',
      )
    if (!(await this.#people.isIn(channel, slackId, signal)))
      throw new PostRefusedError(
        'the principal is not in the channel',
        'You are not in that channel, or I am not: join it and invite me (/invite @Nightdesk).',
      )
  }

  async #mayBeRead(documentIds: readonly string[], channel: string, signal: AbortSignal): Promise<void> {
    const everybody = await this.#people.everybodyIn(channel, await this.#teamId(signal), signal)
    for (const id of documentIds) {
      const document = everybody === undefined ? undefined : await this.#parts.documents.document(id, everybody, signal)
      if (document === undefined)
        throw new PostRefusedError(
          'not everybody in the channel may read a source',
          'I do not post that there: not everybody in that channel may read what it quotes, or I am not in it.',
        )
    }
  }

  async #teamId(signal: AbortSignal): Promise<string> {
    this.#team ??= Workspace.parse(await this.#calls.call('auth.test', (client) => client.auth.test(), signal)).team_id
    return this.#team
  }

  /** A post without a link is a post all the same. */
  async #linkTo(channel: string, ts: string, signal: AbortSignal): Promise<string | undefined> {
    try {
      const link = await this.#calls.call(
        'chat.getPermalink',
        (client) => client.chat.getPermalink({ channel, message_ts: ts }),
        signal,
        'if-possible',
      )
      return link.permalink
    } catch (error) {
      signal.throwIfAborted()
      this.#parts.log.debug({ err: error }, 'a post has no link')
      return undefined
    }
  }
}
