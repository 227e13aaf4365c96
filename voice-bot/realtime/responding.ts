import { commandIn } from '#conversation/commands.ts'
import type { ConversationInput } from '#conversation/events.ts'
import type { OfferedTools } from '#conversation/tools/client-tool.ts'
import { textSize } from '#knowledge/language.ts'
import { type VoiceSentence, voiceSentence } from '../mouth/words.ts'
import type { Item, StatusDetails } from '../protocol-items.ts'
import type { Asides } from './asides.ts'
import type { ResponseParameters } from './client-events.ts'
import { checkTools, offeredTools } from './client-tools.ts'
import { ClientFault } from './faults.ts'
import { hasAudio, saidIn } from './item-content.ts'
import { type QuestionLimits, refusal, secondsToWait } from './question-limits.ts'
import type { Replies } from './replies.ts'
import type { Reply } from './reply.ts'
import { askedBy } from './response-input.ts'
import { writerOf } from './response-writers.ts'
import { countedFor, type SessionScope } from './session-parts.ts'
import { answerLangOf } from './session-settings.ts'
import type { UserTurns } from './user-turns.ts'

export interface RespondingParts extends SessionScope {
  replies: Replies
  asides: Asides
  user: UserTurns
}

/** So long after they fell silent, speakers whose words aren't understood yet hear that those are waited for. */
const bridgeAfterMs = 2000
/** And so long after it was decided that they had finished. */
const soonestBridgeMs = 500
/** Who wasn't understood so often knows it. */
const mostMisheard = 2

/** Decides what is answered and when: by the client's request, or by itself at the end of a turn. */
export class Responding {
  readonly #parts: RespondingParts
  /** User items that nothing has answered yet. */
  #unanswered: string[] = []
  /** A turn that ended while we were speaking is answered after that. */
  #answersNext = false
  /** Items that were asked too early: they can be asked again. */
  #refused: readonly string[] = []
  /** What is asked next was counted already, when half of it was said. */
  #isCounted = false
  /** The last that was counted. */
  #counted: Reply | undefined

  constructor(parts: RespondingParts) {
    this.#parts = parts
  }

  /** A user's item has joined the conversation. */
  asked(itemId: string): void {
    this.#unanswered.push(itemId)
  }

  /** It's no question any more. */
  forget(itemId: string): void {
    this.#unanswered = this.#unanswered.filter((id) => id !== itemId)
    this.#refused = this.#refused.filter((id) => id !== itemId)
  }

  /** The speaker has finished a turn. */
  turnEnded(itemId: string): void {
    const { replies, playback, settings } = this.#parts
    this.asked(itemId)
    if (settings().audio.input.turn_detection?.create_response !== true) return
    if (replies.active === undefined && !playback.isPlaying) {
      this.#respond({})
      return
    }
    this.#answersNext = true
    if (replies.active === undefined) this.#answerNext()
  }

  /** @throws {ClientFault} Where there is one already, and where it refers to what isn't there. */
  create(parameters: ResponseParameters): void {
    if (parameters.tools !== undefined || parameters.tool_choice !== undefined) {
      const { tools, choice } = this.#chosenTools(parameters)
      checkTools(tools, choice, { hasModel: this.#parts.parts.conversation.llm !== undefined, at: 'response' })
    }
    if (parameters.conversation === 'none') {
      this.#answerAside(parameters)
      return
    }
    const { active } = this.#parts.replies
    if (active === undefined) {
      this.#respond(parameters)
      return
    }
    throw new ClientFault(
      'conversation_already_has_active_response',
      `The response ${active.writer.options.id} is under way. Wait until it is done, or cancel it.`,
    )
  }

  /** One question whether anything is wanted. */
  prompt(): void {
    const reply = this.#begin({}, [])
    reply.isAsked = true
    void this.#parts.replies.say(reply, voiceSentence('still-there', reply.lang), { type: 'completed' })
  }

  /** Asks the conversation, as soon as all that is to be answered has words. */
  proceed(): void {
    const { replies, user, parts } = this.#parts
    const reply = replies.active
    if (reply === undefined) this.#answerNext()
    if (reply === undefined || reply.isAsked || reply.itemIds.some((id) => user.words.isUnheard(id))) return
    reply.isAsked = true
    reply.lang = user.words.lang
    reply.marks.heardAt = Math.max(reply.marks.endedAt, parts.timing.nowMs())
    const text = reply.given ?? this.#textOf(reply.itemIds)
    reply.writer.from(this.#sizeOf(reply))
    if (text === '') {
      this.#sayInstead(reply)
      return
    }
    const isCounted = this.#isCounted
    this.#isCounted = false
    // Commands are no questions: who asks too often can still say stop.
    if (parts.limits === undefined || isCounted || commandIn(text) !== undefined) this.#ask(reply, text)
    else void this.#askWithin(parts.limits, reply, text)
  }

  #ask(reply: Reply, text: string): void {
    const { replies, settings } = this.#parts
    const lang = answerLangOf(settings(), reply.instructions)
    replies.asked(reply)
    const { mode, history, clientTools } = reply
    this.#input({ kind: 'text', text, mode, history, clientTools, ...(lang === 'auto' ? {} : { lang }) })
  }

  /** Never rejects. */
  async #askWithin(limits: QuestionLimits, reply: Reply, text: string): Promise<void> {
    const { replies, send } = this.#parts
    const seconds = await secondsToWait(limits, countedFor(this.#parts))
    if (reply.isCancelled) {
      this.#isCounted = reply.isHalf && seconds === 0
      return
    }
    if (seconds === 0) {
      this.#counted = reply
      this.#ask(reply, text)
      return
    }
    this.#refused = reply.itemIds
    const ending = refusal(seconds, reply.lang)
    send({ type: 'nightdesk.notice', response_id: reply.writer.options.id, ...ending.notice })
    await replies.say(reply, ending.notice.text, ending.details)
  }

  /** Speech counts as sound, what was typed as text. */
  #sizeOf({ itemIds, given }: Reply): { promptTokens: number; audioMs: number } {
    const { items, user } = this.#parts
    const typed = itemIds.map((id) => items.find(id)).filter((item) => item !== undefined && !hasAudio(item))
    const text = given ?? typed.map((item) => (item === undefined ? '' : saidIn(item))).join('\n')
    const audioMs = itemIds.reduce((sum, id) => sum + user.words.takeAudioMs(id), 0)
    return { promptTokens: Math.ceil(textSize(text) / 4), audioMs }
  }

  /** A response is over. @returns Whether another one has begun. */
  ended(reply: Reply): boolean {
    // What was answered by half is asked again, together with what comes.
    if (reply.isHalf) this.#unanswered = [...reply.itemIds, ...this.#unanswered]
    if (reply.isHalf && this.#counted === reply) this.#isCounted = true
    return this.#parts.replies.active === undefined && this.#answerNext()
  }

  /**
   * Answers the turn that ended while we were answering, once its words are there. One without any was a noise, or the end
   * of what we were answering: nobody wants to hear that it wasn't understood.
   */
  #answerNext(): boolean {
    const { user } = this.#parts
    if (!this.#answersNext || this.#unanswered.some((id) => user.words.isUnheard(id))) return false
    this.#answersNext = false
    if (this.#textOf(this.#unanswered) === '' && user.words.deafCode === undefined) {
      this.#unanswered = []
      return false
    }
    this.#respond({})
    return true
  }

  #respond(parameters: ResponseParameters): void {
    const { replies, items } = this.#parts
    this.#answersNext = false
    const given = parameters.input === undefined ? undefined : askedBy(parameters.input, items)
    const again = replies.waitsForClient ? [] : this.#refused
    const unanswered = this.#unanswered.length > 0 ? this.#unanswered : again
    const itemIds = given === undefined ? unanswered : []
    if (given === undefined) this.#unanswered = []
    this.#refused = []
    const reply = this.#begin(parameters, itemIds)
    reply.given = given?.question
    reply.instructions = parameters.instructions
    reply.history = given?.history
    reply.clientTools = this.#toolsOf(parameters)
    if (itemIds.length === 0 && given === undefined && replies.waitsForClient) {
      replies.goOn(reply)
      return
    }
    replies.giveUpClient()
    const [only, ...others] = itemIds
    // What was begun while it was said knows of nothing that was said before.
    if (only !== undefined && others.length === 0 && reply.mode === 'spoken' && this.#parts.user.words.isUnheard(only))
      this.#parts.user.expectAnswer()
    this.proceed()
    if (!reply.isAsked) this.#bridgeLater(reply)
  }

  /** A recogniser that is slow, or gone without a word, is no silence. */
  #bridgeLater(reply: Reply): void {
    const { replies, user, parts } = this.#parts
    const silentMs = parts.timing.nowMs() - reply.marks.saidAt
    parts.timing.after(Math.max(soonestBridgeMs, bridgeAfterMs - silentMs), () => {
      if (replies.active !== reply || reply.isAsked || reply.held !== undefined || user.isSpeaking) return
      void replies.bridge(reply, voiceSentence('one-moment', user.words.lang))
    })
  }

  #begin(parameters: ResponseParameters, itemIds: readonly string[]): Reply {
    const { replies, settings, user, parts } = this.#parts
    const now = parts.timing.nowMs()
    const said = itemIds.some((id) => user.words.isUnheard(id)) ? user.said : undefined
    return replies.begin({
      modality: (parameters.output_modalities ?? settings().output_modalities)[0] ?? 'audio',
      output: parameters.audio?.output,
      metadata: parameters.metadata ?? null,
      maxOutputTokens: parameters.max_output_tokens ?? settings().max_output_tokens,
      itemIds,
      marks: said === undefined ? { saidAt: now, endedAt: now, heardAt: now } : { ...said },
      lang: user.words.lang,
    })
  }

  #chosenTools({ tools, tool_choice: choice }: ResponseParameters) {
    const { settings } = this.#parts
    return { tools: tools ?? settings().tools, choice: choice ?? settings().tool_choice }
  }

  /** Of one response alone; undefined: as in the session. */
  #toolsOf(parameters: ResponseParameters): OfferedTools | undefined {
    if (parameters.tools === undefined && parameters.tool_choice === undefined) return undefined
    const { tools, choice } = this.#chosenTools(parameters)
    return offeredTools(tools, choice)
  }

  #answerAside(parameters: ResponseParameters): void {
    const { asides, settings, items } = this.#parts
    asides.admit()
    const asked = askedBy(parameters.input ?? [], items)
    const modality = (parameters.output_modalities ?? settings().output_modalities)[0] ?? 'audio'
    const lang = answerLangOf(settings(), parameters.instructions)
    const writer = writerOf(this.#parts, {
      modality,
      output: parameters.audio?.output,
      metadata: parameters.metadata ?? null,
      maxOutputTokens: parameters.max_output_tokens ?? settings().max_output_tokens,
      isAside: true,
    })
    void asides.answer({
      ...asked,
      question: asked.question === '' ? (parameters.instructions ?? '') : asked.question,
      writer,
      mode: modality === 'audio' ? 'spoken' : 'text',
      lang: lang === 'auto' ? undefined : lang,
      clientTools: this.#toolsOf(parameters) ?? offeredTools(settings().tools, settings().tool_choice),
    })
  }

  /** There is nothing to answer. */
  #sayInstead(reply: Reply): void {
    const { replies } = this.#parts
    const { words } = this.#parts.user
    const { deafCode: code } = words
    const wasSpoken = reply.itemIds.length > 0
    if (wasSpoken && code === undefined && (words.wasNoise || words.misheard > mostMisheard)) {
      replies.sayNothing(reply)
      return
    }
    const message = voiceSentence(this.#sentenceInstead(wasSpoken, code), words.lang)
    const ending: StatusDetails =
      wasSpoken && code !== undefined
        ? { type: 'failed', error: { type: 'server_error', code, message } }
        : { type: 'completed' }
    void replies.say(reply, message, ending)
  }

  #sentenceInstead(wasSpoken: boolean, deafCode: string | undefined): VoiceSentence {
    if (!wasSpoken) return 'ready'
    if (deafCode === 'no_speech_recognition') return 'no-recognition'
    if (deafCode !== undefined) return 'cannot-hear'
    return this.#parts.user.words.misheard > 1 ? 'type-instead' : 'not-heard'
  }

  #textOf(itemIds: readonly string[]): string {
    return itemIds
      .map((id) => this.#parts.items.find(id))
      .flatMap((item: Item | undefined) => (item === undefined ? [] : [saidIn(item)]))
      .filter((text) => text !== '')
      .join('\n')
  }

  #input(input: ConversationInput): void {
    void this.#parts.inputs.send(input)
  }
}
