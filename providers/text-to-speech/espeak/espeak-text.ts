const han = /\p{Script=Han}/u

export function hasKanji(text: string): boolean {
  return han.test(text.replaceAll('々', ''))
}

/**
 * As espeak-ng takes it, with its SSML switched on: a Latin word within Japanese is said by the English voice, which
 * would else be spelled; capitals stay with the Japanese one, which spells them as Japanese speakers do.
 */
export function espeakMarkup(text: string, lang: 'en' | 'ja', englishVoice: string): string {
  // Two brackets would begin phonemes.
  const plain = text.replace(/\[(?=\[)/g, '[ ')
  if (lang === 'en') return escaped(plain)
  return plain
    .split(/([A-Za-z][A-Za-z'-]*(?: [A-Za-z][A-Za-z'-]*)*)/)
    .map((part, at) =>
      at % 2 === 1 && /[a-z]{2}/.test(part)
        ? `<voice xml:lang="${englishVoice}">${escaped(part)}</voice>`
        : escaped(part),
    )
    .join('')
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}
