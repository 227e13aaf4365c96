import type { Composer } from './composer.ts'
import type { Conversation } from './conversation.ts'
import type { DocumentPanel } from './document-panel.ts'

interface Parts {
  composer: Composer
  conversation: Conversation
  panel: DocumentPanel
  /** Stops an answer that is being made or spoken; false where there is none. */
  stop: () => boolean
}

/** Keys that hold on the whole page. None takes a letter from somebody who is typing. */
export function listenToKeys({ composer, conversation, panel, stop }: Parts): void {
  addEventListener('keydown', (event) => {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return
    if (event.key === 'Escape') {
      if (panel.isOpen) panel.close()
      else if (stop()) return
      else if (composer.hasFocus) composer.blur()
      else composer.focus()
      return
    }
    if (event.key === 'ArrowUp' && composer.hasFocus && composer.isEmpty && conversation.focusSources()) {
      event.preventDefault()
      return
    }
    if (isTyping(event.target)) return
    if (event.key === '/') {
      event.preventDefault()
      composer.focus()
    } else if (/^[1-9]$/.test(event.key)) conversation.openSource(Number(event.key))
    else if (event.key === 'ArrowDown' && isCard(event.target)) {
      event.preventDefault()
      composer.focus()
    }
  })
}

function isTyping(target: EventTarget | null): boolean {
  return target instanceof HTMLInputElement || target instanceof HTMLTextAreaElement
}

function isCard(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && target.classList.contains('card-open')
}
