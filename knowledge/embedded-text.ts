import type { Passage } from './passage.ts'

/** What of a passage is turned into its vector: where it stands, then what it says. */
export function embeddedText(document: { title: string }, passage: Pick<Passage, 'heading' | 'text'>): string {
  const place = passage.heading[0] === document.title ? passage.heading : [document.title, ...passage.heading]
  return `${place.join('\n')}\n${passage.text}`
}
