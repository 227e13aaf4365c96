import { joined } from '#providers/audio/pcm.ts'
import type { Item } from '../protocol-items.ts'
import { AudioReader } from './audio-codec.ts'
import type { ClientEventOf, NewItem } from './client-events.ts'
import { ClientFault } from './faults.ts'
import { itemOf, saidIn } from './item-content.ts'
import { pastOf, Remembered } from './remembered.ts'
import type { Replies } from './replies.ts'
import type { Reply } from './reply.ts'
import type { Responding } from './responding.ts'
import type { SentAudio } from './sent-audio.ts'
import type { SessionScope } from './session-parts.ts'
import type { UserTurns } from './user-turns.ts'

export interface ItemRequestsParts extends SessionScope {
  replies: Replies
  responding: Responding
  user: UserTurns
}

/** What a client does with the items of the conversation by itself. */
export class ItemRequests {
  readonly #parts: ItemRequestsParts
  readonly #remembered = new Remembered()

  constructor(parts: ItemRequestsParts) {
    this.#parts = parts
  }

  /** @throws {ClientFault} Where it can't be where it's wanted, can't be read, or answers a call that nobody made. */
  create({ item: given, previous_item_id }: ClientEventOf<'conversation.item.create'>): void {
    const { items, send, replies, newId } = this.#parts
    const item = itemOf(given, newId('item'))
    const call = item.type === 'function_call_output' ? this.#callOf(item.call_id) : undefined
    const speech = this.#speechIn(given)
    const previous = items.add(item, previous_item_id)
    if (item.type === 'function_call_output') replies.toolResult(item.call_id, item.output)
    if (call !== undefined) this.#remembered.noteWith(item.id, call.id)
    send({ type: 'conversation.item.added', previous_item_id: previous, item })
    send({ type: 'conversation.item.done', previous_item_id: previous, item })
    const past = pastOf(item, items.all)
    if (past !== undefined) this.#remember(past)
    else if (item.type === 'message' && item.role === 'user') this.#asked(item, speech)
  }

  /** @throws {ClientFault} Where there is no such item. */
  retrieve(itemId: string): void {
    const { items, send } = this.#parts
    send({ type: 'conversation.item.retrieved', item: items.get(itemId) })
  }

  /** It is no longer known in the conversation either, together with the turn that it was a part of. */
  delete(itemId: string): void {
    const { items, send, responding } = this.#parts
    items.delete(itemId)
    responding.forget(itemId)
    this.#forget(itemId)
    send({ type: 'conversation.item.deleted', item_id: itemId })
  }

  /** @throws {ClientFault} Where it's none of ours, or was never so long. */
  truncate({ item_id, content_index, audio_end_ms }: ClientEventOf<'conversation.item.truncate'>): void {
    const { items, playback, replies, send } = this.#parts
    const item = items.get(item_id)
    const isOurs = item.type === 'message' && item.role === 'assistant'
    if (!isOurs || content_index !== 0) {
      const param = isOurs ? 'content_index' : 'item_id'
      throw new ClientFault('invalid_value', 'Only the audio of a message of the assistant can be cut.', param)
    }
    const lengthMs = playback.givenMs(item_id)
    if (lengthMs > 0 && audio_end_ms > lengthMs + 1000) {
      const message = `Audio content of ${Math.round(lengthMs)}ms is already shorter than ${Math.round(audio_end_ms)}ms`
      throw new ClientFault('invalid_value', message, 'audio_end_ms')
    }
    replies.heardOf(item_id, audio_end_ms)
    if (audio_end_ms < lengthMs) items.cut(item_id, replies.wordsHeard(item_id, audio_end_ms) ?? null)
    send({ type: 'conversation.item.truncated', item_id, content_index, audio_end_ms })
  }

  /** A reply is over: its items stand for its turn from now on. */
  ended(reply: Reply): void {
    const { items, parts, inputs } = this.#parts
    const { turn } = reply
    const itemIds = [...reply.itemIds, ...reply.writer.itemIds]
    const isDeleted = itemIds.some((id) => items.find(id) === undefined)
    if (isDeleted && turn !== undefined) void inputs.send({ kind: 'forget', turn })
    if (isDeleted) return
    this.#remembered.note(itemIds, {
      at: parts.conversation.clock.now(),
      // One that was cancelled early may be taken up yet; any other reply isn't kept for as long as its items are.
      forgetting: turn === undefined ? () => forgettingOf(reply.turn) : { kind: 'forget', turn },
    })
  }

  #callOf(callId: string): Item {
    const call = this.#parts.items.callBy(callId)
    if (call !== undefined) return call
    const message = `There is no function call with the id '${callId}' in the conversation.`
    throw new ClientFault('invalid_tool_call_id', message, 'item.call_id')
  }

  #asked(item: Item, speech: SentAudio | undefined): void {
    const { responding, user } = this.#parts
    responding.asked(item.id)
    if (speech !== undefined) user.words.hearSent(item.id, speech)
    const text = saidIn(item)
    if (text !== '') user.words.typed(text)
  }

  /** Speech that comes whole, in an item. */
  #speechIn(given: NewItem): SentAudio | undefined {
    if (given.type !== 'message' || given.role !== 'user') return undefined
    const reader = new AudioReader(this.#parts.settings().audio.input.format)
    const spoken = given.content.flatMap((part, at) =>
      part.type === 'input_audio' && (part.transcript ?? null) === null && part.audio
        ? [reader.read(part.audio, `item.content[${at}].audio`)]
        : [],
    )
    return spoken.length === 0 ? undefined : { samples: joined(spoken), sampleRate: reader.sampleRate }
  }

  /** What was asked was answered so, elsewhere or before it was changed: it is part of the conversation. */
  #remember({ asked, answer }: { asked: Item[]; answer: Item }): void {
    const { responding, inputs, parts } = this.#parts
    for (const { id } of asked) responding.forget(id)
    for (const { id } of [...asked, answer]) this.#forget(id)
    const question = asked
      .map(saidIn)
      .filter((text) => text !== '')
      .join('\n')
    const text = saidIn(answer)
    if (question === '' || text === '') return
    const itemIds = [answer, ...asked].map(({ id }) => id)
    const said = itemIds.map((id) => this.#remembered.saidAt(id)).find((at) => at !== undefined)
    const traceId = parts.conversation.newId()
    const at = said ?? parts.conversation.clock.now()
    this.#remembered.note(itemIds, { at, forgetting: { kind: 'forget', traceId } })
    void inputs.send({ kind: 'history', exchanges: [{ question, answer: text, traceId, at }] })
  }

  #forget(itemId: string): void {
    for (const forgetting of this.#remembered.take(itemId)) void this.#parts.inputs.send(forgetting)
  }
}

function forgettingOf(turn: number | undefined) {
  return turn === undefined ? undefined : ({ kind: 'forget', turn } as const)
}
