/** Kanji that say how a sentence stands; all others are a name like any other. */
const telling = '何誰時前後場合次方事中下願欲'
const asks = /(?:何|なに|なん|どこ|どれ|どう|どの|どちら|どっち|どなた|いつ|誰|だれ|なぜ|いくつ|いくら|どうやっ)/u
const longest = 7

/**
 * Signs of whether a Japanese sentence is over: its last letters, where names and numbers are all alike, with and without
 * what it has had so far.
 * @param letters Without spaces and marks.
 */
export function japaneseSigns(letters: string): string[] {
  const end = shapeOf(letters.slice(-24))
  const asked = asks.test(letters) ? 'asks' : 'tells'
  const length = letters.length < 4 ? 'word' : letters.length < 8 ? 'short' : letters.length < 16 ? 'middle' : 'long'
  const topic = /は(?=.)/u.test(letters) ? 'topic' : /[がを](?=.)/u.test(letters) ? 'case' : 'plain'
  const signs = [`${asked} ${topic}`, length, `${length} ${topic}`]
  for (let count = 1; count <= Math.min(longest, end.length); count += 1) {
    const tail = end.slice(-count)
    signs.push(`…${tail}`)
    if (count <= 3) signs.push(`${asked} …${tail}`, `${topic} …${tail}`)
    if (count <= 2) signs.push(`${length} …${tail}`)
  }
  return signs
}

/** Kana stay, runs of kanji become `K`, of katakana `T`, of figures and Latin letters `D`. */
function shapeOf(letters: string): string {
  return letters
    .replace(/[\p{Script=Han}々]+/gu, (run) =>
      Array.from(run, (kanji) => (telling.includes(kanji) ? kanji : 'K')).join(''),
    )
    .replace(/K+/g, 'K')
    .replace(/[\p{Script=Katakana}ー]{2,}/gu, 'T')
    .replace(/[\da-z]+/gu, 'D')
}
