import { placeOf } from '../citation-cards.ts'
import { element } from '../dom.ts'
import { type DrawnIcon, drawnIcon } from '../drawn-icon.ts'
import { freshnessBadge } from '../freshness-badge.ts'
import type { Page } from '../page.ts'
import type { PageLang } from '../words.ts'
import { announcement } from './announcement.ts'
import type { Caption } from './captions.ts'
import { heardText } from './heard-text.ts'
import type { Talk } from './talk.ts'
import type { ShownState } from './talk-state.ts'
import type { TalkView } from './talk-view.ts'
import { keyName, troubleInWords, type VoiceWords, voiceWordsIn } from './voice-words.ts'

const icons: Readonly<Record<ShownState, DrawnIcon>> = {
  off: 'mic-off',
  connecting: 'dots',
  offline: 'wifi-off',
  listening: 'mic',
  hearing: 'mic',
  thinking: 'dots',
  waiting: 'hourglass',
  speaking: 'speaker',
  muted: 'mic-off',
  ready: 'mic',
  typing: 'keyboard',
}

/** Quieter is silence, louder is as loud as one speaks: dB below full scale. */
const quietDb = -60
const loudDb = -12

/** What is seen of a talk, from across the room: who has the word, by a colour, a sign and a word; and what is said. */
export class Stage {
  readonly element = element('section', { class: 'stage', tabindex: -1, hidden: true })
  readonly #talk: Talk
  readonly #meter = element('div', { class: 'stage-meter', 'aria-hidden': 'true' })
  readonly #orb = element('button', { type: 'button', class: 'stage-orb' })
  readonly #state = element('p', { class: 'stage-state' })
  /** What a screen reader says of all this: far less than there is to be seen. */
  readonly #told = element('p', { class: 'hidden', role: 'status' })
  readonly #caption = element('p', { class: 'stage-caption' })
  readonly #source = element('button', { type: 'button', class: 'stage-source', hidden: true })
  readonly #hint = element('p', { class: 'stage-hint' })
  readonly #trouble = element('p', { class: 'stage-trouble', role: 'alert', hidden: true })
  readonly #asks = element('div', { class: 'stage-asks', role: 'group', hidden: true })
  readonly #buttons = element('div', { class: 'stage-buttons' })
  #shown = ''
  #shownSource = ''
  #stateBefore: ShownState = 'off'

  constructor(talk: Talk, page: Page, openSettings: () => void) {
    this.#talk = talk
    this.#page = page
    this.#openSettings = openSettings
    const says = element('div', { class: 'stage-says' }, this.#state, this.#caption, this.#source, this.#hint)
    this.element.append(this.#told, this.#meter, this.#orb, says, this.#buttons, this.#trouble, this.#asks)
    this.#listenToHolding()
    // A button that was clicked gives the keyboard back, so that the key to talk isn't taken for another click.
    this.element.addEventListener('click', ({ detail }) => {
      if (detail > 0) this.element.focus({ preventScroll: true })
    })
  }
  readonly #openSettings: () => void
  readonly #page: Page

  /** @param level Root mean square, 0..1. */
  level(level: number): void {
    const db = level === 0 ? quietDb : 20 * Math.log10(level)
    const share = Math.max(0, Math.min(1, (db - quietDb) / (loudDb - quietDb)))
    this.element.style.setProperty('--level', share.toFixed(3))
  }

  update(view: TalkView, lang: PageLang): void {
    const words = voiceWordsIn[lang]
    const { state } = view
    const isShown = state !== 'off' || view.trouble !== undefined
    this.element.hidden = !isShown
    this.element.dataset.state = state
    this.element.setAttribute('aria-label', words.voice)
    // The same colour stands around the whole page.
    if (isShown) document.body.dataset.voice = state
    else delete document.body.dataset.voice
    if (!isShown) return
    this.#showState(view, words)
    this.#showCaption(view.caption, words)
    this.#showSource(view.caption?.source)
    this.#showTrouble(view, words)
    this.#tell(view, words)
  }

  #tell(view: TalkView, words: VoiceWords): void {
    const told = announcement(this.#stateBefore, view, words)
    this.#stateBefore = view.state
    if (told !== undefined && told !== this.#told.textContent) this.#told.textContent = told
  }

  #showState(view: TalkView, words: VoiceWords): void {
    const { state, waitingFor, settings, hasEars } = view
    const waiting = state === 'waiting' && waitingFor !== undefined ? words.waitingFor[waitingFor] : undefined
    const said = waiting ?? words.states[state]
    if (this.#state.textContent !== said) this.#state.textContent = said
    this.#hint.textContent = hint(view, words)
    const isHeld = settings.microphone === 'hold'
    const isMutable = hasEars && !isHeld
    const key = `${state}|${isHeld}|${isMutable}|${words.end}`
    if (key === this.#shown) return
    this.#shown = key
    this.#orb.replaceChildren(drawnIcon(icons[state]))
    const label = isHeld ? words.holdToTalk : state === 'muted' ? words.unmute : words.mute
    this.#orb.setAttribute('aria-label', label)
    this.#orb.title = label
    this.#orb.disabled = !hasEars
    this.#showButtons(this.#buttonViews(state, isMutable, words))
  }

  /** Who was on a button that is gone by the keyboard stays on the stage, and doesn't begin again at the top of the page. */
  #showButtons(buttons: readonly HTMLElement[]): void {
    const focused = document.activeElement
    const label = this.#buttons.contains(focused) ? focused?.getAttribute('aria-label') : undefined
    this.#buttons.replaceChildren(...buttons)
    if (label === undefined) return
    const same = buttons.find((button) => button.getAttribute('aria-label') === label)
    ;(same ?? this.element).focus({ preventScroll: true })
  }

  #buttonViews(state: ShownState, isMutable: boolean, words: VoiceWords): HTMLElement[] {
    const button = (label: string, drawing: DrawnIcon, onclick: (event: Event) => void, word?: string) =>
      element(
        'button',
        { type: 'button', class: 'stage-button', 'aria-label': label, title: label, onclick },
        drawnIcon(drawing),
        word !== undefined && element('span', { class: 'stage-word' }, word),
      )
    const isBusy = state === 'speaking' || state === 'thinking' || state === 'waiting'
    const stop = button(words.stop, 'stop', () => this.#talk.stop(), words.stop)
    stop.classList.add('first')
    const mute = (): void => this.#talk.toggleMuted()
    // On a phone it comes up where the finger is that began the talk: who taps twice doesn't mean it.
    const end = (click: Event): void => {
      if (!(click instanceof MouseEvent) || click.detail < 2) this.#talk.end()
    }
    const microphone =
      state === 'muted'
        ? button(words.unmute, 'mic', mute, words.unmuteShort)
        : button(words.mute, 'mic-off', mute, words.muteShort)
    return [
      ...(isBusy ? [stop] : []),
      ...(isMutable ? [microphone] : []),
      button(words.settings, 'sliders', this.#openSettings),
      button(words.end, 'cross', end, words.end),
    ]
  }

  #showCaption(caption: Caption | undefined, words: VoiceWords): void {
    this.#caption.hidden = caption === undefined
    if (caption === undefined) return
    this.#caption.dataset.who = caption.who
    this.#caption.classList.toggle('interim', caption.isInterim)
    const who = caption.who === 'you' ? words.you : 'Nightdesk'
    this.#caption.replaceChildren(
      element('span', { class: 'stage-who' }, who),
      element('span', {}, ...heardText(caption.text, caption.corrections)),
    )
  }

  /** What is being said stands there, and is that old. */
  #showSource(source: Caption['source']): void {
    this.#source.hidden = source === undefined
    if (source === undefined) return
    const { citation, citations } = source
    this.#source.onclick = () => this.#page.openCitation(citations, citation.n)
    const key = JSON.stringify([this.#page.lang, citation])
    if (key === this.#shownSource) return
    this.#shownSource = key
    this.#source.replaceChildren(
      element('span', { class: 'stage-number' }, String(citation.n)),
      element('span', { class: 'stage-title', lang: citation.document.lang }, placeOf(citation)),
      freshnessBadge(citation.freshness, this.#page),
    )
  }

  #showTrouble(view: TalkView, words: VoiceWords): void {
    const trouble = view.trouble === undefined ? '' : troubleInWords(view.trouble, words)
    this.#trouble.hidden = trouble === ''
    if (this.#trouble.textContent !== trouble) this.#trouble.textContent = trouble
    const isAsking = view.asksForOwnRecognition
    if (this.#asks.hidden === !isAsking) return
    this.#asks.hidden = !isAsking
    this.#asks.setAttribute('aria-label', words.recognition)
    const choose = (ownRecognition: 'yes' | 'no') => () => {
      this.element.focus({ preventScroll: true })
      void this.#talk.change({ ownRecognition })
    }
    this.#asks.replaceChildren(
      element('p', {}, words.askOwnRecognition),
      element(
        'div',
        { class: 'stage-choices' },
        element('button', { type: 'button', class: 'primary', onclick: choose('yes') }, words.useOwnRecognition),
        element('button', { type: 'button', onclick: choose('no') }, words.typeInstead),
      ),
    )
  }

  /** Held, it's a key to talk; where the microphone is always open, a click mutes it. */
  #listenToHolding(): void {
    const isHeld = (): boolean => this.#talk.view.settings.microphone === 'hold'
    this.#orb.addEventListener('pointerdown', (event) => {
      if (!isHeld()) return
      event.preventDefault()
      this.#orb.setPointerCapture(event.pointerId)
      this.#talk.holdDown()
    })
    for (const type of ['pointerup', 'pointercancel']) this.#orb.addEventListener(type, () => this.#talk.holdUp())
    this.#orb.addEventListener('contextmenu', (event) => event.preventDefault())
    this.#orb.addEventListener('click', () => {
      if (!isHeld()) this.#talk.toggleMuted()
    })
  }
}

function hint({ state, settings, recognition, hasEars, waitingFor }: TalkView, words: VoiceWords): string {
  const { hints } = words
  // Phones have no keys to hold.
  const key = matchMedia('(pointer: coarse)').matches ? undefined : keyName(settings.key)
  if (state === 'listening') {
    const how = key === undefined ? hints.listening : hints.listeningOrKey(key)
    return recognition === 'browser' ? `${how} ${hints.browser}` : how
  }
  if (state === 'ready') return key === undefined ? hints.ready : hints.readyOrKey(key)
  if (state === 'thinking' && waitingFor !== undefined) return words.waitingFor[waitingFor]
  if (state === 'speaking' && !hasEars) return ''
  if (state === 'speaking' || state === 'offline' || state === 'muted' || state === 'typing') return words.hints[state]
  return ''
}
