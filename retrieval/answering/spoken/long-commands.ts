import { longestSpokenCommand } from './spoken-text.ts'

/** Whether there is code in it that nobody types by ear. */
export function isLong(shown: string): boolean {
  return Array.from(shown.matchAll(/`([^`\n]+)`/g), ([, code = '']) => code).some(
    (code) => code.length > longestSpokenCommand && /\s/.test(code),
  )
}
