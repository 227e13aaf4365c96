import { ClipTooLargeError, SlackRefusedError, SlackUnreachableError } from '../errors.ts'
import { isSlacksAddress } from '../slack-address.ts'
import type { SlackCalls } from '../slack-calls.ts'

export interface SlackFilesParts {
  calls: SlackCalls
  token: string
  apiUrl: string | undefined
  /** Default: 60 MB, which is more than ten minutes of video that Slack records. */
  mostBytes?: number
}

const usualMostBytes = 60 * 1024 * 1024
const downloadMs = 60_000

/** Files of a workspace, as the bot may read and post them. */
export class SlackFiles {
  readonly #parts: SlackFilesParts

  constructor(parts: SlackFilesParts) {
    this.#parts = parts
  }

  /**
   * @throws {SlackRefusedError} When the token may not read it.
   * @throws {ClipTooLargeError} When it is larger than we take.
   */
  async download(url: string, signal: AbortSignal): Promise<Uint8Array> {
    const { token, apiUrl, mostBytes = usualMostBytes } = this.#parts
    // The token goes nowhere else, whatever an event says.
    if (!isSlacksAddress(url, apiUrl)) throw new SlackRefusedError('a file', 'not an address of Slack')
    const both = AbortSignal.any([signal, AbortSignal.timeout(downloadMs)])
    try {
      const response = await fetch(url, {
        headers: { authorization: `Bearer ${token}` },
        redirect: 'error',
        signal: both,
      })
      const type = response.headers.get('content-type') ?? ''
      if (!response.ok || response.body === null) {
        await response.body?.cancel()
        throw new SlackRefusedError('a file', response.status === 404 ? 'file_not_found' : 'missing_scope')
      }
      // A token without files:read gets the page that asks people to sign in, with status 200.
      if (type.startsWith('text/html')) {
        await response.body.cancel()
        throw new SlackRefusedError('a file', 'missing_scope')
      }
      if (Number(response.headers.get('content-length') ?? 0) > mostBytes) {
        await response.body.cancel()
        throw new ClipTooLargeError(mostBytes)
      }
      const pieces: Uint8Array[] = []
      let bytes = 0
      for await (const piece of response.body) {
        bytes += piece.length
        if (bytes > mostBytes) throw new ClipTooLargeError(mostBytes)
        pieces.push(piece)
      }
      return Buffer.concat(pieces)
    } catch (error) {
      signal.throwIfAborted()
      if (error instanceof SlackRefusedError || error instanceof ClipTooLargeError) throw error
      throw new SlackUnreachableError('a file could not be downloaded', { cause: error })
    }
  }

  /** Posts sound into a thread; it can be played where it stands. */
  async upload(
    {
      channel,
      thread,
      wav,
      name,
      title,
    }: { channel: string; thread: string; wav: Uint8Array; name: string; title: string },
    signal: AbortSignal,
  ): Promise<void> {
    const given = { channel_id: channel, thread_ts: thread, file: Buffer.from(wav), filename: name, title }
    await this.#parts.calls.call('files.uploadV2', (client) => client.filesUploadV2(given), signal, 'once')
  }
}
