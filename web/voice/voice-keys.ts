import type { Talk } from './talk.ts'

/** Holding the chosen key opens the microphone, wherever one isn't typing or about to press something else. */
export function listenToTalkKey(talk: Talk): void {
  addEventListener('keydown', (event) => {
    if (event.code !== talk.view.settings.key || event.defaultPrevented || event.isComposing) return
    if (event.ctrlKey || event.metaKey || event.altKey || isTaken(event.target)) return
    // Space would scroll.
    event.preventDefault()
    if (!event.repeat) talk.holdDown()
  })
  addEventListener('keyup', ({ code }) => {
    if (code === talk.view.settings.key) talk.holdUp()
  })
  // The key may come up in another window.
  addEventListener('blur', () => talk.holdUp())
}

/** Whether the key already means something there. */
function isTaken(target: EventTarget | null): boolean {
  return (
    target instanceof Element &&
    target.closest('input, textarea, select, button, a, summary, dialog, [contenteditable]') !== null
  )
}
