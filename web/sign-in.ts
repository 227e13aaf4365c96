import { element } from './dom.ts'
import type { Words } from './words.ts'

const key = 'nightdesk.token'

/** The token stays in this tab and ends with it. */
export const storedToken = {
  get: (): string | null => sessionStorage.getItem(key),
  set: (token: string): void => sessionStorage.setItem(key, token),
  forget: (): void => sessionStorage.removeItem(key),
}

/** In the place of a page that needs a token: asks for one, and says so where the last one was refused. */
export function askForToken(main: HTMLElement, words: Words & { wrongToken: string }, signedIn: () => void): void {
  const wasRefused = storedToken.get() !== null
  storedToken.forget()
  const view = signInView(words, wasRefused ? words.wrongToken : undefined, (token) => {
    storedToken.set(token)
    signedIn()
  })
  main.replaceChildren(view)
  view.querySelector('input')?.focus()
}

/** @param why Stands above the field where something was refused. */
export function signInView(words: Words, why: string | undefined, signIn: (token: string) => void): HTMLElement {
  const field = element('input', { type: 'password', id: 'token', autocomplete: 'off', required: true })
  const form = element(
    'form',
    { class: 'sign-in' },
    element('h1', {}, words.signIn),
    element('p', {}, words.signInText),
    why !== undefined && element('p', { class: 'refused', role: 'alert' }, why),
    element('label', { for: 'token' }, words.token),
    field,
    element('button', { type: 'submit', class: 'primary' }, words.signIn),
  )
  form.addEventListener('submit', (event) => {
    event.preventDefault()
    const token = field.value.trim()
    if (token !== '') signIn(token)
  })
  return form
}
