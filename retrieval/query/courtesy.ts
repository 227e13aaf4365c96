/**
 * What people say to be polite, and not to be answered from documents: `thanks`; `greeting`; `presence`, who asks
 * whether they are heard; `wait`, who needs a moment; `noted`, who has understood; `respect`, who speaks well of hard work; `help`, who asks what can be asked.
 */
export type Courtesy = 'thanks' | 'greeting' | 'presence' | 'wait' | 'noted' | 'respect' | 'help'

export interface Courtesies {
  /** The one that wants an answer most; undefined: nothing of it is courtesy. */
  kind?: Courtesy | undefined
  /** What else was said; '' where all of it is courtesy. */
  rest: string
}

const whom =
  '(?:,? (?:there|again|everyone|everybody|all|team|folks|guys|man|mate|buddy|friend|nightdesk|assistant|dear|sir))?'
const much = '(?: (?:so much|very much|a lot|a bunch|a million|again|indeed))*'
const moment = '(?:(?:just )?(?:(?:a|one|another|half a) )?(?:sec(?:ond)?|moment|minute|min|bit|while|tick)s?)'
const whenDone = "(?: (?:please|while i .{1,40}|until i .{1,40}|let me .{1,40}|i(?:'m| am) .{1,40}))?"

/** A phrase each, from its first word; what may stand around it is in it. */
const english: readonly (readonly [Courtesy, string])[] = [
  ['thanks', `(?:many )?(?:thanks|thank you|thx|cheers|much appreciated|appreciate (?:it|that)|i appreciate (?:it|that))${much}(?: for (?:your|the|that|all|everything|this|being|helping|waiting)(?: (?:help|that|answer|time|work|your|the|there|me|patience|quick|fast|so)){0,4})?${whom}`],
  ['thanks', `(?:that(?:'s| is| was)|you(?:'re| are| were)) (?:very |really |so |super |quite )?(?:helpful|great|perfect|awesome|useful|kind|the best|a (?:great |big |real )?(?:help|lifesaver))${whom}`],
  ['greeting', `(?:hello|hi|hiya|hey|howdy|greetings|good (?:morning|afternoon|evening|day))${whom}`],
  ['greeting', `(?:how are you(?: (?:doing|today))*|how's it going|how do you do|nice to meet you|what's up)${whom}`],
  ['presence', `(?:are|were) you (?:still )?(?:there|here|listening|with me|awake|on(?: the line)?|alive|around)${whom}`],
  ['presence', '(?:can|do|could) you (?:still )?hear me(?: (?:now|ok|okay|well|all right))?'],
  ['presence', '(?:is )?(?:anyone|anybody|someone|somebody) (?:there|here|listening)|testing(?:,? testing)?(?: (?:one|1),? (?:two|2)(?:,? (?:three|3))?)?|mic(?:rophone)? (?:check|test)'],
  ['presence', "(?:i have|i've got|i got|just)? ?(?:a|one|one more|another)(?: (?:quick|short|more|last))* question(?: for you)?"],
  ['wait', `(?:wait|hang on|hold on|hold(?: the line)?|bear with me|stand by|one) (?:for )?${moment}${whenDone}`],
  ['wait', `(?:wait|hang on|hold on|hold the line|bear with me|stand by|be right back|brb|i(?:'ll| will) be (?:right )?back(?: in ${moment})?)(?: (?:please|now))?`],
  ['wait', `(?:please )?(?:give|gimme|i need|need)(?: me)? ${moment}${whenDone}|${moment}(?: please)?|let me (?:think|see|check|look)(?: (?:first|about (?:it|that)|at (?:it|that)|for ${moment}))?`],
  ['noted', `(?:ok(?:ay)?|alright|all right|right|fine|good|great|perfect|cool|nice|super|excellent|awesome|brilliant|lovely|got (?:it|that)|gotcha|understood|roger(?: that)?|copy(?: that)?|i see|i (?:understand|get it|got it)|makes sense|(?:that )?sounds good|good to know|no problem|no worries|never ?mind|forget it|sorry|my (?:bad|mistake)|excuse me|you(?:'re| are) welcome|will do|noted|interesting|wow|yes|yeah|yep|no|nope|sure|um+|uh+|hm+|oh|ah|well)`],
  ['help', "(?:what (?:can|could|should) (?:you (?:do|help(?: me)?(?: with)?|answer|tell me)|i (?:ask|say)(?: you)?)(?: for me)?|what do you (?:do|know)|(?:can|could) you help(?: me)?(?: out)?|help(?: me)?|i need (?:some )?help|who are you|what are you)"],
] // biome-ignore format: a phrase a line

const desu = '(?:です|でした|ございます|ございました)?(?:ね|よ|よね|わ)?'
const japanese: readonly (readonly [Courtesy, string])[] = [
  ['thanks', `(?:(?:どうも|本当に|ほんとに|いろいろ)?(?:ありがとう|有難う|ありがと|サンキュー|感謝)(?:ございます|ございました|します|しています)?(?:ね|よ)?|助かった(?:です|よ)?|助かりました|助かります|恐れ入ります|どうも(?!し))`],
  ['respect', `(?:お疲れ|おつかれ|ご苦労)(?:さま|様)?${desu}`],
  ['greeting', `(?:こんにちは|こんばんは|おはよう(?:ございます)?|はじめまして|よろしく(?:お願い(?:します|いたします|致します))?|やあ|どうも、?こんにちは)`],
  ['presence', '(?:もしもし|もしもーし)'],
  ['presence', '(?:(?:まだ)?(?:聞こえて(?:い)?(?:ます|る)|聞いて(?:い)?(?:ます|る)|そこに(?:います|いる)|います|いる)(?:か|の|よね)?|聞こえ(?:ます|る)(?:か)?|誰か(?:い(?:ます|る)か?)?|(?:マイク)?テスト(?:テスト|中)?(?:です)?)'],
  ['wait', '(?:(?:ちょっと|少し|少々|しばらく|一瞬)(?:だけ)?(?:お?待|まっ)(?:って(?:て|いて)?|ち)(?:ください|下さい|くれ(?:る|ますか)?|もらえ(?:る|ますか))?(?:ね|よ)?|(?:お?待|まっ)(?:って(?:て|いて)?|ち)(?:ください|下さい|くれ(?:る|ますか)?)?(?:ね|よ)?|ちょっと(?:待った)?|少々|タイム|待った|(?:いま|今)(?:見て|確認して|考えて)(?:い)?(?:ます|る)(?:ので|から)?)'],
  ['noted', `(?:なるほど|そうか|そっか|そう(?:です)?か|そうなん(?:だ|です)(?:か|ね)?|へえ|ふーん|(?:わ|分)か(?:った|りました)(?:よ)?|承知(?:しました|です)?|了解(?:しました|です)?|りょうかい|オーケー|おっけー|OK|いいね|いいですね|すごい|完璧|大丈夫${desu}|問題ない${desu}|すみません|すいません|ごめん(?:なさい|ね)?|失礼(?:しました|します)?|はい|ええ|うん|いいえ|いや|えっと|ええと|あのー?|えー+|うーん+)`],
  ['help', '(?:何(?:が|を)?(?:できる|できます|聞ける|聞けます|聞いたらいい|聞けばいい)(?:の|か|んですか|のですか)*|助けて(?:ください)?|(?:使い方|ヘルプ)(?:は|を)?(?:教えて(?:ください)?|何(?:ですか)?)?|あなたは(?:誰|だれ|何)(?:ですか)?)'],
] // biome-ignore format: a phrase a line

/** The more it wants an answer, the further to the front. */
const weight: readonly Courtesy[] = ['help', 'wait', 'presence', 'thanks', 'respect', 'greeting', 'noted']

const phrases: readonly (readonly [Courtesy, RegExp])[] = [
  ...english.map(([kind, source]) => [kind, new RegExp(`^(?:${source})(?![\\w'-])`, 'i')] as const),
  ...japanese.map(([kind, source]) => [kind, new RegExp(`^(?:${source})(?=$|[、。,.!！?？…\\s])`, 'i')] as const),
]
const between = /^(?:[\s,.!?;:、。！？…~〜ー-]+|(?:and|but|so|then|please|now)\b(?=\s*$))+/i
/** Longer utterances are questions, whatever politeness they begin with; only that is looked for. */
const mostPhrases = 6

/**
 * Takes the courtesies off the beginning of an utterance, and off its end: "thanks, and how do I roll back?" asks how to
 * roll back, "thanks, got it" asks nothing.
 */
export function courtesyIn(utterance: string): Courtesies {
  let rest = utterance.normalize('NFKC').replace(/[’]/g, "'").trim()
  const kinds: Courtesy[] = []
  for (let taken = 0; taken < mostPhrases && rest !== ''; taken++) {
    const longest = phrases
      .map(([kind, phrase]) => ({ kind, length: phrase.exec(rest)?.[0].length ?? 0 }))
      .toSorted((one, other) => other.length - one.length)[0]
    if (longest === undefined || longest.length === 0) break
    const behind = rest.slice(longest.length)
    const gap = between.exec(behind)?.[0] ?? ''
    // "Hold on the lock", "good backups", 「はい」: a phrase ends where a pause is, or where all ends.
    const mark = /[,.!?;:、。！？…]/.test(gap)
    if (behind !== '' && !mark && behind.slice(gap.length) !== '' && !opensAlone(longest.kind, behind)) break
    kinds.push(longest.kind)
    rest = behind.slice(gap.length)
  }
  if (kinds.length === 0) {
    const whole = utterance.trim()
    const asked = endless(whole)
    return asked === whole ? { rest: whole } : { kind: 'thanks', rest: asked }
  }
  return { kind: weight.find((kind) => kinds.includes(kind)), rest: endless(rest) }
}

/** Without a pause a greeting or thanks still ends before a new sentence: "hi how do I", "thanks what about". */
function opensAlone(kind: Courtesy, behind: string): boolean {
  return (
    (kind === 'greeting' || kind === 'thanks' || kind === 'noted' || kind === 'wait') &&
    /^\s+(?:and|but|so|now|then|wait|ok(?:ay)?|thanks|thank|what|which|how|where|who|why|when|is|are|do|does|can|could|should|got|great|nightdesk)\b/i.test(
      behind,
    )
  )
}

const ends =
  /(?:[\s,.!、。！]+(?:(?:many )?thanks(?: (?:a lot|so much|in advance))?|thank you(?: (?:so|very) much)?|cheers|ありがとう(?:ございます)?|お願いします|よろしく(?:お願いします)?))[\s,.!、。！]*$/i

function endless(rest: string): string {
  return rest.replace(ends, '').trim()
}
