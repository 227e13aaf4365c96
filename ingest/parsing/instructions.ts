import { withoutInvisible } from '#knowledge/language.ts'

interface Sign {
  /** How much it says alone; `enough` together says that somebody gives orders to an assistant. */
  weight: number
  /** Signs of one group count once: the heaviest. */
  group: 'address' | 'override' | 'answer' | 'abuse'
  form: RegExp
}

const enough = 3

const assistants =
  '(?:ai|a\\.i\\.|llm|large language model|language model|chat ?bot|assistant|gpt(?:-\\d\\S*)?|chatgpt|claude|gemini|copilot|agent|rag)'
const orders =
  '(?:instructions?|prompts?|rules|guidelines|directives?|commands|messages?|guardrails|training|programming|restrictions|constraints|context)'
const before = '(?:previous|prior|above|earlier|preceding|foregoing|existing|initial|original|system|other)'
const dropping =
  "(?:ignore|disregard|forget|override|bypass|discard|do not follow|don't follow|stop following|pay no attention to)"
/** A page may tell its readers to skip something "if", "unless" or "for" something; an attack has no such condition. */
const conditional = '(?!(?:[^.!?\\n]{0,30}\\b(?:if|when|unless|for|in case)\\b))'

const signs: readonly Sign[] = [
  // Who is spoken to
  {
    group: 'address',
    weight: 2,
    form: new RegExp(
      `\\b(?:note|notice|message|instructions?|attention|memo|reminder|hint|warning|important)\\b[^.\\n]{0,20}\\b(?:to|for)\\s+(?:the |any |all |an? |every )?(?:\\w+ )?${assistants}s?\\b(?! (?:team|manager|director|node|pod|config))`,
      'i',
    ),
  },
  {
    group: 'address',
    weight: 2,
    form: new RegExp(`\\b(?:if|since|because|as) you(?:'re| are) (?:an? |the )?(?:\\w+ )?(?:${assistants})\\b`, 'i'),
  },
  {
    group: 'address',
    weight: 2,
    form: new RegExp(
      `\\byou are (?:now |no longer )(?:an? |the |in )?(?:\\w+ )?(?:${assistants}|dan\\b|developer mode|unrestricted|jailbroken)`,
      'i',
    ),
  },
  {
    group: 'address',
    weight: 2,
    form: new RegExp(`\\b(?:dear|hey|attention|hello)[ ,:]+(?:\\w+ )?${assistants}s?\\b`, 'i'),
  },
  {
    group: 'address',
    weight: 2,
    form: /^[\s>*#\-<!|"'`[(]*(?:(?:ai|assistant|ai assistant|llm)(?: (?:message|prompt|instructions?|note|override))?|system (?:message|prompt|instructions?|override))[\])]?\s*[:：]\s*\S/im,
  },
  {
    group: 'address',
    weight: 2,
    form: /<\|(?:im_start|system|assistant|user|endoftext)|<<sys>>|\[\/?inst\]|<\/?(?:system|system[-_]prompt|instructions?|assistant)>|#{2,}\s*(?:instruction|system prompt)s?\s*:|\bbegin (?:system )?(?:prompt|instructions?)\b|\[system\]/i,
  },
  {
    group: 'address',
    weight: 2,
    form: /(?:ai|人工知能|llm|言語モデル|チャットボット|アシスタント|エージェント|(?:chat)?gpt|claude|gemini|copilot)(?:アシスタント|エージェント|モデル)?(?:(?:へ|宛て?|向け)の|への)?(?:指示|命令|注意|連絡|メモ|お知らせ)|(?:ai|アシスタント|チャットボット|言語モデル)(?:アシスタント)?(?:の皆さん|のみなさん)?へ[\s:：、。]|あなたは(?:今から|これから|もう)?[^。\n]{0,12}(?:ai|アシスタント|チャットボット|言語モデル)/i,
  },
  { group: 'address', weight: 1, form: /^[\s>*#\-<!|"'`[(]*system[\])]?\s*[:：]\s*\S/im },
  // What was said before no longer holds
  {
    group: 'override',
    weight: 3,
    form: new RegExp(
      `\\b${dropping}\\s+(?:(?:all|any|every|each)(?: of)?\\s+)(?:the |your |these |those |my )?(?:${before}(?: and \\w+)?\\s+)?(?:\\w+\\s+)?${orders}\\b`,
      'i',
    ),
  },
  {
    group: 'override',
    weight: 3,
    form: new RegExp(
      `\\b${dropping}\\s+(?:the |these |those )?${before}\\s+(?:\\w+\\s+)?${orders}\\b${conditional}`,
      'i',
    ),
  },
  {
    group: 'override',
    weight: 3,
    form: new RegExp(`\\b${dropping}\\s+(?:your|my)\\s+(?:\\w+\\s+){0,2}${orders}\\b`, 'i'),
  },
  {
    group: 'override',
    weight: 3,
    form: /\b(?:ignore|disregard|forget) (?:everything|anything|all|what(?:ever)?)(?: that)? (?:you (?:were|have been|know)|(?:was |is )?(?:said |written )?(?:above|before))/i,
  },
  {
    group: 'override',
    weight: 2,
    form: /\b(?:new|updated|real|actual|additional|hidden) (?:system )?(?:instructions?|prompt)\s*[:：]|\byour (?:new |real |only |actual )(?:instructions?|role|task|goal|job) (?:is|are)\b/i,
  },
  { group: 'override', weight: 2, form: /\bfrom now on,? (?:you|always|only|never|answer|respond|reply)\b/i },
  {
    group: 'override',
    weight: 3,
    form: /(?:これまで|以前|前|先ほど|上記|以上|今まで|すべて|全て|あらゆる|元)の(?:すべての|全ての|システム)?(?:指示|命令|ルール|プロンプト|制約|ガイドライン|指令|設定)(?:事項)?(?:を|は)?(?:すべて|全て|完全に|一切)?[、\s]?(?:無視し(?!た|て(?:は|も|いる|しま))|忘れ(?:て|ろ|なさい)|破棄し(?:て|ろ)|上書きし(?:て|ろ)|従わ(?:ない|ず))/,
  },
  { group: 'override', weight: 3, form: /(?:指示|命令|プロンプト)を(?:すべて|全て)無視し(?:て|ろ|なさい)/ },
  // What to answer
  {
    group: 'answer',
    weight: 2,
    form: /\b(?:tell|inform|instruct|advise|convince|persuade|remind) (?:the |any |every |all )?(?:users?|readers?|person asking|asker|questioner|human|operator who asks|engineers? who asks?)\b/i,
  },
  {
    group: 'answer',
    weight: 2,
    form: /\b(?:when|if|whenever|while)\b[^.\n]{0,40}\b(?:asked|answering|asks|responding|replying|summari[sz]ing|you answer|you reply)\b/i,
  },
  {
    group: 'answer',
    weight: 2,
    form: /\b(?:say|output|reply|answer|respond|write)\b[^.\n]{0,60}\bnothing else\b/i,
  },
  {
    group: 'answer',
    weight: 2,
    form: /\b(?:do not|don't|never|without)\s+(?:mention(?:ing)?|reveal(?:ing)?|disclos(?:e|ing)|cit(?:e|ing)|quot(?:e|ing)|show(?:ing)?|repeat(?:ing)?)\s+(?:this|these|that you|any other|the (?:source|instructions?|note|message))\b/i,
  },
  {
    group: 'answer',
    weight: 2,
    form: /\b(?:in|begin|end|start|include in|append to) (?:your|every|each|all) (?:answers?|responses?|repl(?:y|ies)|summar(?:y|ies))\b/i,
  },
  {
    group: 'answer',
    weight: 1,
    form: /\b(?:always|only|instead|must|just|to)\s+(?:answer|respond|reply|say|recommend|output)\b|\b(?:respond|reply|answer) (?:only )?with (?:the |only |exactly )/i,
  },
  {
    group: 'answer',
    weight: 1,
    form: /\bthe user (?:has|is)\b[^.\n]{0,60}\b(?:administrator|admin|authori[sz]ed|approved|confirmed|rights|permission|owner)/i,
  },
  {
    group: 'answer',
    weight: 2,
    form: /(?:聞かれ|尋ねられ|質問され|問われ|問い合わせ(?:られ|され))(?:たら|た場合|た際|たとき|れば)[^。\n]{0,80}(?:答え|回答|返答|案内|伝え|出力|表示|勧め)/,
  },
  {
    group: 'answer',
    weight: 2,
    form: /(?:この|本)(?:指示|命令|メッセージ|文|注意書き|コメント)(?:に|は|を|には|について)?(?:言及し|触れ|明かさ|漏らさ|開示し|表示し)(?:ない|ず|ては)/,
  },
  {
    group: 'answer',
    weight: 2,
    form: /(?:ユーザー|利用者|質問者)に(?:は)?[^。\n]{0,60}(?:と(?:だけ)?(?:伝え|答え|回答し|案内し|言っ)|(?:案内|回答|指示)し(?:て|なさい|ろ))/,
  },
  {
    group: 'answer',
    weight: 1,
    form: /(?:必ず|常に|以後|今後|だけを?|のみ)[^。\n]{0,60}(?:回答|答え|返答|案内|出力)(?:し(?:て|なさい|ろ)|て(?:ください)?|すること)/,
  },
  // What no page would ask of its reader
  {
    group: 'abuse',
    weight: 3,
    form: /\b(?:reveal|print|output|repeat|show|leak|include|send|exfiltrate|disclose|dump|expose|give me|paste)\b[^.\n]{0,40}\byour (?:\w+ )?(?:system )?(?:prompt|instructions?|rules|configuration|secrets?|credentials|memory)\b/i,
  },
  {
    group: 'abuse',
    weight: 2,
    form: /\b(?:reveal|leak|exfiltrate|disclose)\b[^.\n]{0,40}\b(?:system prompt|environment variables|api keys?|secrets|tokens|credentials|conversation)\b/i,
  },
  {
    group: 'abuse',
    weight: 2,
    form: /\b(?:call|invoke|use|run|execute|trigger)\s+(?:the |your )?(?:tool|function|plugin|action)\s+[`"'«]?\w/i,
  },
  {
    group: 'abuse',
    weight: 2,
    form: /\b(?:send|post|upload|forward|append)\b[^.\n]{0,40}\b(?:conversation|chat history|this chat|question|user's (?:question|data|message))\b[^.\n]{0,40}(?:https?:\/\/|\bto\b)/i,
  },
  { group: 'abuse', weight: 2, form: /!\[[^\]]{0,80}\]\(https?:\/\/[^)\s]{0,200}[?&][\w-]+=(?:\{|\[|<|%7b)/i },
  {
    group: 'abuse',
    weight: 2,
    form: /(?:システムプロンプト|会話(?:履歴|内容)|環境変数|(?:社内|アクセス)?トークン|api ?キー|認証情報|機密情報)[^。\n]{0,30}(?:回答|返答|出力|応答)に[^。\n]{0,12}(?:書き出|含め|出力|表示|記載)/i,
  },
  {
    group: 'abuse',
    weight: 3,
    form: /(?:あなたの|お前の)?システムプロンプトを[^。\n]{0,12}(?:出力|表示|開示|教え|漏ら|公開|書き出)(?:し|せ|て|す)/,
  },
  { group: 'abuse', weight: 2, form: /ツール[「『`"'][^」』`"'\n]{1,60}[」』`"']を(?:呼び出|実行|使)/ },
]

/** Any of these words stands in a text with such signs; looked for first, since most text has none. */
const anySign =
  /\b(?:ai|llm|assistants?|chat ?bot|language model|(?:chat)?gpt|claude|gemini|copilot|agent|instructions?|prompts?|directives?|guidelines|guardrails|nothing else|from now on|ignore|disregard|forget)\b|the user|users?\b|\[inst|im_start|<<sys|tool|\[system|system:|指示|命令|プロンプト|アシスタント|言語モデル|チャットボット|答え|回答|ユーザー/i

/** Letters that are written with invisible ones, or bits: no page needs them, except for flags. */
const smuggled = /(?<!\u{1f3f4}[\u{e0061}-\u{e007a}]*)[\u{e0020}-\u{e007e}]{4,}|[\u200b-\u200d\u2060\ufeff]{8,}/u

/**
 * Whether text tries to give orders to an assistant that reads it, in English or Japanese, in sight or hidden. Several
 * kinds of signs have to come together, since runbooks are full of imperatives: "ignore the warning", "the system prompt".
 */
export function givesOrders(text: string): boolean {
  if (smuggled.test(text)) return true
  const seen = /[^ -~\s]/.test(text) ? withoutInvisible(text).normalize('NFKC') : text
  if (!anySign.test(seen)) return false
  const plain = seen.replaceAll(/(?<=\S)[ \t]*\n[ \t>*#|]*(?=\S)/g, '\n')
  const flowing = plain.replaceAll('\n', ' ')
  const weights = { address: 0, override: 0, answer: 0, abuse: 0 }
  for (const { group, weight, form } of signs) {
    if (weights[group] < weight && form.test(form.multiline ? plain : flowing)) weights[group] = weight
  }
  return weights.address + weights.override + weights.answer + weights.abuse >= enough
}
