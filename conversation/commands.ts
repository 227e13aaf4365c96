/** What can be said without a screen, besides questions. */
export type CommandName =
  | 'next'
  | 'back'
  | 'repeat'
  | 'done'
  | 'skip'
  | 'expected'
  | 'where'
  | 'problem'
  | 'yes'
  | 'no'
  | 'slower'
  | 'faster'
  | 'spell'
  | 'stop'
  | 'source'
  | 'post'
  | 'walk'
  | 'page-owner'
  | 'remember'
  | 'catch-up'
  | 'goodbye'

export interface Command {
  name: CommandName
  /** What it is about, in the speaker's words: the runbook, the note, the channel, the section. '' where nothing was named. */
  about: string
  /** The very document to walk through, where it was chosen on a screen; its section is the one that `about` names. */
  documentId?: string | undefined
  /** Who says so, where several people take part in one conversation; absent: its principal. */
  by?: string | undefined
}

// biome-ignore format: one pattern a line
/** Each pattern takes in the whole utterance, freed of politeness; its first group is what the command is about. */
const patterns: readonly (readonly [CommandName, RegExp])[] = [
  ['next', /^(?:(?:(?:go|move|skip|on) (?:on )?to )?(?:the )?next(?: (?:step|one))?|go on|move on|continue|carry on|proceed|what(?:'s| is) (?:the )?next(?: step| one)?|and then)$/iu],
  ['next', /^(?:次(?:の(?:ステップ|手順|項目))?(?:は|へ|に|を)?(?:進んで|進めて|行って|読んで|教えて|何)?|続けて|続き(?:は|を)?|進んで|それから|その次(?:は)?)$/iu],
  ['back', /^(?:(?:(?:one|a) )?(?:step )?back|(?:go )?back(?: (?:one(?: step)?|a step|to the (?:previous|last) (?:step|one)))?|(?:(?:go|move) (?:back )?to )?(?:the )?previous(?: (?:step|one))?|the (?:step|one) before)$/iu],
  ['back', /^(?:(?:一つ|ひとつ|1つ)?(?:前|まえ)(?:の(?:ステップ|手順))?(?:に|へ)?(?:戻って|もどって)?|(?:(?:一つ|ひとつ|1つ)(?:前に)?)?(?:戻って|もどって))$/iu],
  ['repeat', /^(?:repeat(?: (?:that|it|the (?:last )?(?:step|one)))?|(?:say|read) (?:that|it) again|again|one more time|(?:i )?(?:didn't|did not) (?:catch|hear|get) (?:that|it)|what did you say|come again|pardon(?: me)?|what was that)$/iu],
  ['repeat', /^(?:もう(?:一度|1度|一回|1回)(?:言って|読んで|お願い)?|繰り返して|くりかえして|今(?:の|何て言った)(?:をもう一度)?|何て言った|聞こえなかった)$/iu],
  ['done', /^(?:(?:that's |i'm |i am |it's |all )?(?:done|finished|completed)(?: (?:with )?(?:that|it|this step|this one))?|did (?:it|that)|it worked|that worked)$/iu],
  ['done', /^(?:(?:できた|出来た|終わった|おわった|完了|済んだ|やった)(?:よ|ました)?|(?:でき|出来|終わり|完了し|済み|やり)ました|うまくいった|うまくいきました)$/iu],
  ['skip', /^(?:skip(?: (?:it|that|this|this step|this one|to the next(?: step)?))?|leave (?:it|that) out)$/iu],
  ['skip', /^(?:(?:これ|それ|この(?:ステップ|手順))?(?:は|を)?(?:スキップ|飛ばし?|とばし?|省い)(?:して|て)?|飛ばして)$/iu],
  ['expected', /^(?:what (?:was|is|should be|should) the (?:expected )?(?:output|result)(?: be)?|what(?:'s| is) (?:the )?expected(?: (?:output|result))?|what (?:was|is) (?:the )?expected (?:output|result)|what should i (?:see|expect|get)|what (?:do|will) i (?:see|expect))$/iu],
  ['expected', /^(?:(?:期待(?:される|する)?|正しい|想定)(?:の)?(?:出力|結果|値)(?:は)?(?:何|なに)?|何が(?:出れば|見えれば|表示されれば)(?:いい|よい|OK)|どう(?:なれば|見えれば)(?:いい|よい|OK))$/iu],
  ['where', /^(?:where (?:are we|am i|were we)(?: now)?|which step (?:is (?:this|it|that)|are we (?:on|at)|am i (?:on|at)))$/iu],
  ['where', /^(?:(?:今|いま)?(?:は|、)?(?:どこ|何番目|どの(?:ステップ|手順))(?:まで(?:やった|進んだ)?|にいる|だった)?|どこまで(?:やった|進んだ|いった))$/iu],
  ['problem', /^(?:(?:there(?:'s| is) )?(?:a )?problem|(?:it|that) (?:didn't|did not|doesn't|does not) work|(?:it|that) failed|it's (?:not working|broken)|(?:i )?(?:got|get|have) an error)$/iu],
  ['problem', /^(?:問題(?:が)?(?:発生|あり|起きた|ある)(?:しました|ました)?|(?:うまく)?(?:いかない|動かない)|失敗(?:した|しました)?|エラー(?:が)?(?:出た|出ました|になった)|だめだった)$/iu],
  ['yes', /^(?:yes|yeah|yep|yup|sure|ok(?:ay)?|confirm(?:ed)?|go ahead|do it|read it(?: out)?|correct|affirmative)$/iu],
  ['yes', /^(?:はい|ええ|うん|お願い|OK|オーケー|了解|いいよ|いいです|そうして|確認した|読んで|どうぞ)$/iu],
  ['no', /^(?:no|nope|nah|don't|do not|cancel(?: (?:it|that))?|never ?mind|abort)$/iu],
  ['no', /^(?:いいえ|いや|やめて|キャンセル(?:して)?|取り消して|中止(?:して)?|結構|いらない|だめ)$/iu],
  ['slower', /^(?:(?:speak |talk |go )?(?:a (?:bit|little) )?(?:slower|more slowly)|slow down|(?:not so|too|that's too|you(?:'re| are) too) fast)$/iu],
  ['slower', /^(?:(?:もっと|もう少し|少し)?(?:ゆっくり|遅く)(?:話して|読んで|言って|して)?|(?:スピード|速度)を(?:落として|下げて)|(?:話すのが)?(?:速|早|はや)(?:すぎる|すぎます|い)|スローダウン(?:して)?)$/iu],
  ['faster', /^(?:(?:speak |talk |go )?(?:a (?:bit|little) )?(?:faster|quicker|more quickly)|speed up)$/iu],
  ['faster', /^(?:(?:もっと|もう少し|少し)?(?:速く|早く|はやく)(?:話して|読んで|言って|して)?)$/iu],
  ['spell', /^(?:spell (?:that|it)(?: out)?(?: for me)?|spell out (?:that|the command)|spell the command(?: out)?|how (?:do you|do i|is (?:that|it)) spell(?:ed)?(?: (?:that|it))?|letter by letter)$/iu],
  ['spell', /^(?:(?:(?:それ|これ|コマンド|今の)の?)?(?:(?:つづり|綴り|スペル)(?:は|を)?(?:教えて|言って|読んで|お願い|何)?)|(?:(?:それ|これ|コマンド|今の)を?)?(?:綴って|つづって)|(?:一文字ずつ|1文字ずつ)(?:読んで|言って)?)$/iu],
  ['stop', /^(?:stop(?: (?:it|that|talking|reading))?|be quiet|quiet|hush|shush|enough|silence|that's enough|wait|pause)$/iu],
  ['stop', /^(?=.*\b(?:stop|quiet|hush|shush|enough|wait)\b)(?:(?:stop|quiet|hush|shush|enough|no|ok(?:ay)?|please|just|wait|be|talking|speaking|reading|it|that|now)[\s,.!]*)+$/iu],
  ['stop', /^(?:(?:止めて|とめて|ストップ|静かに(?:して)?|黙って|待って|ちょっと待って|もういい|やめて(?:ください)?))$/iu],
  ['stop', /^(?:(?:もう|ちょっと|いや|はい|ねえ)?(?:(?:話すの|読むの|読み上げ|説明)を?)?(?:止めて|とめて|やめて|ストップ|静かに(?:して)?|黙って|待って|もういい)(?:ください)?[、。!！\s]*)+$/iu],
  ['source', /^(?:(?:read|show|tell|give)(?: me)? the sources?|what(?:'s| is| are| was) (?:the|your) sources?|where (?:is|was|does) that (?:come )?from|who says (?:that|so))$/iu],
  ['source', /^(?:(?:出典|情報源|ソース|引用元|根拠)(?:は|を)?(?:読んで|読み上げて|見せて|教えて|何|どこ)?)$/iu],
  ['post', /^(?:(?:send|post|share|put)(?: (?:it|that|this|the (?:answer|steps?|command|link|summary)))? (?:to|in|into|on) (?:slack(?: in)?(?: channel)?\s*)?(.*))$/iu],
  ['post', /^(?:(?:それ|これ|今の|答え|結果)?(?:を)?\s*(?:slack|スラック)(?:の\s*([#\w-]+))?(?:に|へ)(?:送って|投稿して|貼って|流して|書いて))$/iu],
  ['walk', /^(?:(?:(?:walk|talk|guide|take|lead) me|let's (?:walk|go)|go|walk) (?:through|over) (?:the |our )?(.+?)(?: (?:step by step|one by one))?)$/iu],
  ['walk', /^(?:go|jump|move|switch|take me) to (?:the )?(?:section |part )?["“]?([^"”]+?)["”]?$/iu],
  ['walk', /^(?:(?:start|begin|run|do) (?:the |a )?(?:walk-?through|walk through|runbook)(?: (?:of|for|called))? (?:the )?(.+))$/iu],
  ['walk', /^(.+?)(?:を|の手順を|について|の)?(?:(?:一つ|ひとつ|1つ|一歩|1ステップ)ずつ|順番に|順を追って|ステップごとに)(?:案内|説明|教え|読ん|進め|やっ|いっしょに)?.*$/iu],
  ['walk', /^(.+?)(?:を|の手順を|の手順で)?(?:案内|ガイド)(?:して)?$/iu],
  ['page-owner', /^(?:(?:page|call|wake(?: up)?|ping|notify|alert|escalate to|get|transfer(?: me)? to|hand (?:me )?over to) (?:the )?(?:owners?|on-?call|owning team|team that owns (?:it|this|that)|document's owners?)(.*))$/iu],
  ['page-owner', /^(?:(?:担当(?:者)?|オーナー|所有者|オンコール)(?:を|に|へ)(?:呼び出して|呼んで|連絡して|知らせて|エスカレーションして|つないで|転送して)(.*))$/iu],
  ['remember', /^(?:(?:remember|note(?: down)?|write down|keep in mind|make a note)(?: that| this)?[: ]+(.+))$/iu],
  ['remember', /^(?:(.+?)(?:と|を|って|ことを)(?:覚えておいて|覚えて|メモして(?:おいて)?|記録して(?:おいて)?))$/iu],
  ['catch-up', /^(?:catch me up|(?:bring|get) me up to (?:speed|date)|fill me in|what(?:'s| has| is)? happened(?: so far)?|what have (?:we|you|they) (?:done|tried)(?: so far)?|what did (?:we|they) (?:do|try)(?: so far)?|where do we stand|(?:give me |show me )?(?:a |the )?(?:recap|summary|state|status)(?: (?:so far|of (?:the|this) incident))?|(?:sum|recap)(?: (?:up|it up))?(?: (?:the|this) incident)?)(?: on (?:the|this) incident)?$/iu],
  ['catch-up', /^(?:(?:これまで|今まで|ここまで)(?:の|に)?(?:経緯|状況|流れ|まとめ|何(?:が|を)(?:あった|した|やった))?(?:は|を)?(?:まとめて|教えて|説明して|何)?(?:の)?|(?:インシデントの?)?(?:経緯|状況)(?:は|を)?(?:まとめて|教えて|説明して)?|何があった(?:の)?(?:か(?:教えて)?)?)$/iu],
  ['goodbye', /^(?:(?:good ?)?bye(?: bye)?|that's (?:all|it)(?: for now)?|we're done(?: here)?|thanks?,? (?:that's all|bye)|end (?:the )?(?:call|conversation)|hang up)$/iu],
  ['goodbye', /^(?:さようなら|以上(?:です)?|(?:これで)?終わり(?:です|にして)?|じゃあね|切って(?:いい)?|ありがとう、?(?:以上|終わり).*)$/iu],
]

const politeness =
  /^(?:(?:please|ok(?:ay)?|so|now|and|hey|well|right|alright|just|nightdesk|can you|could you|would you|can we|i(?:'d| would) like you to|let's)[,\s]+)+|(?:[,\s]+(?:please|thanks|thank you|now|for me|then))+$/gi
const politenessJa =
  /^(?:(?:すみません|じゃあ|じゃ|では|それじゃ|さて|えっと|ねえ|はい)[、,\s]+)+|(?:(?:を)?(?:お願い(?:します|できますか)?|ください(?:ますか)?|下さい|もらえますか|もらえる|くれますか|くれる|いただけますか|ちょうだい)|ですか|でしょうか|だっけ|かな|ますか|ね|よ|です)+$/

const politeEnd = /(?:(?:^|[,\s]+)(?:please|thanks|thank you|for me))+$/i

/** A command that is said as such, with nothing else around it; undefined for anything that may be a question. */
export function commandIn(utterance: string): Command | undefined {
  const text = utterance
    .normalize('NFKC')
    .replace(/[’]/g, "'")
    .replace(/[.!?,。！？、…\s]+$/g, '')
    .trim()
  if (text === '' || text.length > 200) return undefined
  const plain = text.replace(politeness, '').trim()
  for (const line of new Set([text, plain, plain.replace(politenessJa, '').trim()])) {
    for (const [name, pattern] of patterns) {
      const match = pattern.exec(line)
      if (match !== null)
        return { name, about: (match[1] ?? '').replace(/^[,\s:]+|[.!?\s]+$/g, '').replace(politeEnd, '') }
    }
  }
  return undefined
}

const keys: Readonly<Record<string, CommandName>> = {
  '1': 'yes',
  '2': 'no',
  '4': 'back',
  '5': 'repeat',
  '6': 'next',
  '0': 'page-owner',
  '*': 'stop',
  '#': 'next',
}

/** What a key of a telephone means. */
export function commandOfDigit(digit: string): Command | undefined {
  const name = keys[digit]
  return name === undefined ? undefined : { name, about: '' }
}
