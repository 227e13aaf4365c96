import { voiceSentence } from '../mouth/words.ts'
import type { Asides } from './asides.ts'
import type { ClientEvent } from './client-events.ts'
import { offeredTools } from './client-tools.ts'
import { ClientFault } from './faults.ts'
import type { IdlePrompt } from './idle-prompt.ts'
import type { Intake } from './intake.ts'
import type { ItemRequests } from './item-requests.ts'
import type { Replies } from './replies.ts'
import type { Responding } from './responding.ts'
import type { SessionScope } from './session-parts.ts'
import { speedOf, turnTakingOf } from './session-settings.ts'
import type { SessionTalk } from './session-talk.ts'
import type { SessionUpdate } from './session-update.ts'
import type { SettingsInForce } from './settings-in-force.ts'
import type { TurnEar } from './turn-ear.ts'
import { leastCommitMs, type UserTurns } from './user-turns.ts'

export interface SessionRequestsParts extends SessionScope {
  inForce: SettingsInForce
  intake: Intake
  talk: SessionTalk
  ear: TurnEar
  idle: IdlePrompt
  user: UserTurns
  replies: Replies
  asides: Asides
  responding: Responding
  itemRequests: ItemRequests
}

/** Does what a client asks of its session. */
export class SessionRequests {
  readonly #parts: SessionRequestsParts

  constructor(parts: SessionRequestsParts) {
    this.#parts = parts
  }

  /** @throws {ClientFault} Where that can't be. */
  take(event: ClientEvent): void {
    const { inForce, intake, idle, user, itemRequests, responding, inputs } = this.#parts
    switch (event.type) {
      case 'session.update':
        this.#update(event.session)
        return
      case 'input_audio_buffer.append':
        intake.audio(inForce.reader.read(event.audio), inForce.reader.sampleRate)
        return
      case 'input_audio_buffer.commit':
        this.#commit()
        return
      case 'input_audio_buffer.clear':
        user.clear()
        return
      case 'output_audio_buffer.clear':
        this.#clearOutput()
        return
      case 'conversation.item.create':
        if (event.item.type === 'message' && event.item.role === 'user') idle.asked()
        itemRequests.create(event)
        return
      case 'conversation.item.retrieve':
        itemRequests.retrieve(event.item_id)
        return
      case 'conversation.item.delete':
        itemRequests.delete(event.item_id)
        return
      case 'conversation.item.truncate':
        itemRequests.truncate(event)
        return
      case 'response.create':
        idle.asked()
        idle.stop()
        responding.create(event.response ?? {})
        return
      case 'response.cancel':
        this.#cancel(event.response_id)
        return
      case 'nightdesk.hearing':
        void inputs.send({ kind: 'hearing', text: event.text })
        return
    }
  }

  #update(update: SessionUpdate): void {
    const { inForce, parts, replies, ear, talk, inputs, send } = this.#parts
    const hasModel = parts.conversation.llm !== undefined
    const before = inForce.update(update, { hasSpoken: replies.hasSpoken, hasModel })
    const session = inForce.now
    ear.configure(turnTakingOf(session))
    const speed = speedOf(session)
    if (speed !== speedOf(before) && talk.hasBegun) void inputs.send({ kind: 'pace', speed })
    if (session.tools !== before.tools || session.tool_choice !== before.tool_choice) this.#offerTools(hasModel)
    send({ type: 'session.updated', session })
  }

  #offerTools(hasModel: boolean): void {
    const { settings, inputs, send, user } = this.#parts
    const { tools, tool_choice: choice } = settings()
    void inputs.send({ kind: 'client-tools', ...offeredTools(tools, choice) })
    if (tools.length > 0 && !hasModel)
      send({
        type: 'nightdesk.notice',
        response_id: null,
        code: 'tools_need_model',
        text: voiceSentence('tools-need-model', user.words.lang),
      })
  }

  #commit(): void {
    const { user, responding, items } = this.#parts
    if (user.bufferedMs < leastCommitMs) {
      const has = Math.round(user.bufferedMs)
      const message = `There are only ${has} ms of audio to commit. Append at least ${leastCommitMs} ms before.`
      throw new ClientFault('input_audio_buffer_commit_empty', message)
    }
    user.commit()
    responding.asked(items.lastId ?? '')
  }

  #clearOutput(): void {
    const { replies, ear, hasTrack, send } = this.#parts
    const { active, soundingId } = replies
    // One that can't be heard yet goes on: what is to fall silent is the one before.
    if (active?.hasBegun === true) replies.cancel(active, 'client_cancelled')
    else replies.cutOff()
    ear.heard({ kind: 'played' })
    // Of a track it was told as it happened.
    if (!hasTrack() && soundingId !== undefined) send({ type: 'output_audio_buffer.cleared', response_id: soundingId })
  }

  #cancel(responseId: string | undefined): void {
    const { asides, replies, ear } = this.#parts
    if (responseId !== undefined && asides.cancel(responseId)) return
    const { active } = replies
    if (active === undefined || (responseId ?? active.writer.options.id) !== active.writer.options.id)
      throw new ClientFault('response_cancel_not_active', 'There is no such response to be cancelled.', 'response_id')
    replies.cancel(active, 'client_cancelled')
    ear.heard({ kind: 'played' })
  }
}
