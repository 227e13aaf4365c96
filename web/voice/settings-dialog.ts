import { element } from '../dom.ts'
import { hasOwnRecogniser } from './own-recogniser.ts'
import { canChooseSpeaker, type SoundDevice, soundDevices } from './sound.ts'
import type { Talk } from './talk.ts'
import type { VoiceSettings } from './voice-settings.ts'
import { keyName, type VoiceWords } from './voice-words.ts'

type Choice = readonly [value: string, label: string]

/** Opens what can be chosen about talking; every choice takes effect at once and is kept. */
export async function openVoiceSettings(talk: Talk, words: VoiceWords): Promise<void> {
  const [microphones, speakers] = await Promise.all([soundDevices('audioinput'), soundDevices('audiooutput')])
  const { settings, recognition } = talk.view
  const change = (changed: Partial<VoiceSettings>): void => void talk.change(changed)
  const dialog = element(
    'dialog',
    { class: 'voice-settings', 'aria-label': words.settings },
    element('h2', {}, words.settings),
    chosen(words.microphone, settings.inputDevice, devices(microphones, words), (inputDevice) =>
      change({ inputDevice }),
    ),
    canChooseSpeaker() &&
      chosen(words.speaker, settings.outputDevice, devices(speakers, words), (outputDevice) =>
        change({ outputDevice }),
      ),
    element('p', { class: 'voice-note' }, words.echo),
    chosen(
      words.listen,
      settings.microphone,
      [
        ['open', words.listenAlways],
        ['hold', words.listenHeld],
      ],
      (microphone) => change({ microphone: microphone === 'hold' ? 'hold' : 'open' }),
    ),
    keyChoice(settings.key, words, (key) => change({ key })),
    chosen(
      words.transport,
      settings.transport,
      [
        ['websocket', words.websocket],
        ['webrtc', words.webrtc],
      ],
      (transport) => change({ transport: transport === 'webrtc' ? 'webrtc' : 'websocket' }),
    ),
    aloudChoice(settings.aloud, words, (aloud) => change({ aloud })),
    element('p', { class: 'voice-note' }, `${words.recognition} ${words.recognitionBy[recognition]}`),
    hasOwnRecogniser() && ownRecognitionChoice(settings, words, change),
    element('button', { type: 'button', class: 'primary', onclick: () => dialog.close() }, words.done),
  )
  dialog.addEventListener('close', () => dialog.remove())
  // A click beside it closes it.
  dialog.addEventListener('click', ({ target }) => {
    if (target === dialog) dialog.close()
  })
  document.body.append(dialog)
  dialog.showModal()
}

function devices(all: readonly SoundDevice[], words: VoiceWords): Choice[] {
  const named = all.filter(({ deviceId }) => deviceId !== 'default' && deviceId !== 'communications')
  return [['', words.systemDevice], ...named.map(({ deviceId, label }): Choice => [deviceId, label])]
}

function chosen(
  label: string,
  value: string,
  choices: readonly Choice[],
  change: (value: string) => void,
): HTMLElement {
  const select = element(
    'select',
    { onchange: () => change(select.value) },
    ...choices.map(([each, name]) => element('option', { value: each, selected: each === value }, name)),
  )
  return element('label', { class: 'voice-choice' }, element('span', {}, label), select)
}

function keyChoice(key: string, words: VoiceWords, change: (key: string) => void): HTMLElement {
  const button = element('button', { type: 'button' }, keyName(key))
  button.addEventListener('click', () => {
    button.textContent = words.pressKey
    const taken = (event: KeyboardEvent): void => {
      event.preventDefault()
      event.stopPropagation()
      button.removeEventListener('keydown', taken)
      if (event.code === 'Escape' || event.code === '') button.textContent = keyName(key)
      else {
        button.textContent = keyName(event.code)
        change(event.code)
      }
    }
    button.addEventListener('keydown', taken)
  })
  return element('div', { class: 'voice-choice' }, element('span', {}, words.key), button)
}

function aloudChoice(aloud: boolean, words: VoiceWords, change: (aloud: boolean) => void): HTMLElement {
  const box = element('input', { type: 'checkbox', checked: aloud, onchange: () => change(box.checked) })
  return element('label', { class: 'voice-choice' }, element('span', {}, words.aloud), box)
}

function ownRecognitionChoice(
  { ownRecognition }: VoiceSettings,
  words: VoiceWords,
  change: (changed: Partial<VoiceSettings>) => void,
): HTMLElement {
  const choices: readonly Choice[] = [
    ['ask', words.ask],
    ['yes', words.yes],
    ['no', words.no],
  ]
  return chosen(words.allowOwn, ownRecognition, choices, (value) =>
    change({ ownRecognition: value === 'yes' || value === 'no' ? value : 'ask' }),
  )
}
