import { ApiError } from './api.ts'
import { element } from './dom.ts'
import { drawnIcon } from './drawn-icon.ts'
import { failureInWords, type Page } from './page.ts'

const verdicts = [
  { verdict: 'good', drawing: 'thumb-up' },
  { verdict: 'bad', drawing: 'thumb-down' },
  { verdict: 'stale', drawing: 'clock' },
] as const

/** One press says it; a comment can follow. */
export function feedbackRow(traceId: string, page: Page): HTMLElement {
  const { words } = page
  const said = element('span', { class: 'feedback-said', role: 'status' })
  const comment = element('form', { class: 'feedback-comment', hidden: true })
  const send = async (verdict: string, text: string): Promise<boolean> => {
    try {
      await page.api.feedback(traceId, verdict, text, AbortSignal.timeout(10_000))
      said.textContent = words.thanks
      return true
    } catch (error) {
      const failure = error instanceof ApiError ? error.failure : undefined
      if (failure !== undefined) page.failed(failure)
      said.textContent = failure === undefined ? words.failed : failureInWords(failure, words)
      return false
    }
  }
  const choose = async (verdict: string, chosen: HTMLElement): Promise<void> => {
    if (!(await send(verdict, ''))) return
    for (const button of buttons) button.setAttribute('aria-pressed', String(button === chosen))
    showComment(comment, words, (text) => send(verdict, text))
  }
  const buttons = verdicts.map(({ verdict, drawing }) => {
    const button = element(
      'button',
      { type: 'button', class: 'verdict', 'aria-pressed': 'false', 'data-verdict': verdict },
      drawnIcon(drawing),
      words[verdict],
    )
    button.addEventListener('click', () => void choose(verdict, button))
    return button
  })
  return element(
    'div',
    { class: 'feedback', role: 'group', 'aria-label': words.feedback },
    element('span', { class: 'feedback-ask' }, words.feedback),
    ...buttons,
    said,
    comment,
  )
}

function showComment(form: HTMLFormElement, words: Page['words'], send: (text: string) => Promise<boolean>): void {
  const field = element('input', {
    type: 'text',
    name: 'comment',
    maxlength: 2000,
    placeholder: words.commentLabel,
    'aria-label': words.commentLabel,
  })
  form.hidden = false
  form.replaceChildren(field, element('button', { type: 'submit' }, words.send))
  form.onsubmit = (event) => {
    event.preventDefault()
    const text = field.value.trim()
    if (text === '') return
    void send(text).then((sent) => {
      form.hidden = sent
    })
  }
}
