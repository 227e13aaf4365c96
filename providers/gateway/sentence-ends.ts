/** Ends of sentences and lines; coarse, and only ever compared with itself. */
const end = /(?<=[.!?][)"'\]”’]*)\s+|(?<=[。！？][」』）]*)|\n+/

/** Sentences and lines, without what stands between them. */
export function roughSentences(text: string): string[] {
  return text.split(end).filter((sentence) => sentence.trim() !== '')
}

/** For comparing sentences: without citations, marks and white space. */
export function bare(sentence: string): string {
  return sentence
    .normalize('NFKC')
    .toLowerCase()
    .replace(/\[[\d,\s]*\]/g, '')
    .replace(/[^\p{L}\p{N}]+/gu, '')
}
