/** Text that gives orders to an assistant instead of telling a person something, wherever it stands. */
const orders: readonly RegExp[] = [
  /\b(?:ignore|disregard|forget|override|bypass)\b.{0,40}\b(?:your|previous|prior|above|earlier|preceding|all|any|these|my|system)\b.{0,20}\b(?:instructions?|prompts?|guidelines?|guardrails?)\b/i,
  /\b(?:ignore|disregard|forget|override|bypass)\b.{0,40}\byour\b.{0,20}\b(?:rules?|polic(?:y|ies)|training|restrictions?|documents?|sources?)\b/i,
  /\b(?:note|message|instructions?|attention|memo|reminder)s?\s+(?:to|for)\s+(?:all\s+|any\s+|the\s+)?(?:ai|llms?|(?:large )?language models?|chat-?bots?|(?:ai\s+)?assistants?|ai agents?|copilots?)\b/i,
  /\b(?:ai|llm)\s+(?:assistants?|agents?|models?|bots?)\b.{0,60}\b(?:must|should|always|never|shall|ignore|tell|say|reply|answer|run|do not)\b/i,
  /^\W*(?:system|assistant|developer)\s*(?:prompt|message|note)?\s*[:>\]].{0,200}\b(?:tell|reply|answer|call|run|user|you|always|never|ignore)\b/is,
  /\byou are now\b.{0,30}\b(?:mode|unrestricted|dan|jailbr\w+|assistant|ai|free)\b|\b(?:act as|pretend (?:to be|that you))\b.{0,40}\b(?:unrestricted|dan|jailbr\w+|ai|assistant|no (?:rules|restrictions))\b/i,
  /\bsystem prompt\b|\byour (?:hidden |initial )(?:prompt|instructions)\b/i,
  /\bwhen(?:ever)? (?:answering|(?:you are )?asked|the user asks|someone asks you|responding)\b.{0,140}\b(?:tell|say|reply|answer|recommend|suggest|respond with|include)\b.{0,60}\b(?:user|them|that|with|to)\b/i,
  /\b(?:do not|don't|never|without)\b.{0,20}\bmention(?:ing)?\b.{0,20}\b(?:this|these|the)\b.{0,12}\b(?:note|instructions?|message|comment|prompt)\b/i,
  /\b(?:to|and|then|please) (?:reply|answer)\b.{0,30}\bwith\b.{0,20}\b(?:the )?(?:token|phrase|string|code ?word|password)\b/i,
  /\bcall the tool\b|\bthe user (?:has|is|was)\b.{0,60}\b(?:already (?:confirmed|approved|agreed|authori[sz]ed)|administrator rights|pre-?approved)\b/i,
  /\b(?:answer|reply|respond)\b.{0,30}\bwithout\b.{0,20}\b(?:cit\w+|sources?|references?)\b/i,
  /\b(?:do not|don't|never)\s+(?:cite|quote)\b.{0,30}\b(?:any|other|another)\b.{0,20}\b(?:documents?|sources?|pages?)\b/i,
  /\b(?:attention|dear|hey|hello|listen)\b,?\s+(?:all\s+)?(?:ais?|llms?|(?:large )?language models?|chat-?bots?|(?:ai )?assistants?|copilots?)\b/i,
  /\b(?:ai|llm|assistant) instructions?\b|\bnew (?:instructions?|task|orders?)\s*:|\byour new (?:task|instructions?|role|job|goal) (?:is|are)\b|\bbegin (?:new )?instructions?\b.*\bend (?:new )?instructions?\b/is,
  /\b(?:assistants?|chat-?bots?|language models?|llms?|copilots?|ai agents?)\b.{0,40}\b(?:must|should|shall)\b.{0,20}\b(?:always|never|say|tell|recommend|answer|reply|respond|output)\b/i,
  /\bif you are (?:an?|the) (?:ai|llm|(?:ai )?assistant|language model|chat-?bot)\b|\bassistant,\s.{0,60}\byou\b.{0,20}\b(?:say|tell|answer|reply|run)\b/i,
  /\bfrom now on\b.{0,20}\b(?:answer|reply|respond|say|you (?:will|must|are))\b|\bthe answer is always\b|\brepeat after me\b/i,
  /\b(?:end|start|begin|prefix|finish)\b.{0,12}\b(?:your|every|each)\b.{0,10}\b(?:answer|reply|response)s?\b.{0,20}\bwith\b/i,
  /(?:^|[.!:]\s*)(?:answer|reply|respond) only with\b|\brespond with\b.{0,60}\binstead\b|\binstructions?\b.{0,20}\band follow (?:it|them)\b/i,
  /\bbefore (?:you )?(?:answer|reply|respond)(?:ing)?\b.{0,60}\b(?:say|tell|show|print|remember|output)\b/i,
  /<\/(?:documents?|context|sources?|passages?)>\s*<|<(system|assistant)>[^<]{0,200}<\/\1>|["']role["']\s*:\s*["'](?:system|assistant|developer)["']|^\W*(?:human|user)\s*:.{0,200}\b(?:assistant|ai)\s*:/i,
  /\bcall (?:remember with|post_to_slack|page_owner|start_walkthrough)\b|\bi approve everything\b|\b(?:all|any) other documents? (?:are|is) (?:wrong|false)\b|\bcite only this\b/i,
  /とだけ(?:答え|回答|出力|返信|返し)|アシスタント(?:は|が).{0,10}必ず|今後は?(?:すべて|全て)の?質問に/,
  /(?:これまで|今まで|上記|すべて|全て|以前)の?(?:指示|命令|ルール|規則|プロンプト|制約)(?:を|は)?.{0,12}(?:無視|忘れ|従わ|破棄|取り消)/,
  /(?:AI|人工知能|LLM|言語モデル)(?:アシスタント|ボット|エージェント)?(?:への?|に対する|向けの?)(?:指示|命令|注意|お知らせ|メモ|連絡)/i,
  /アシスタント(?:への?|に対する|向けの?)(?:指示|命令)/,
  /(?:この|以下の|上記の)(?:指示|命令)(?:には?|は|を|について).{0,10}(?:言及|触れ|明か|漏ら)/,
  /(?:あなたは|君は|お前は).{0,30}(?:制限のない|制約のない|無制限|モードになりました|モードです|なりきって)/,
  /システムプロンプト/,
  /(?:聞かれたら|質問されたら|尋ねられたら|回答するときは|答えるときは).{0,20}必ず/,
]

/** Orders only where somebody talks to us: in a document these are ordinary sentences. */
const ordersInQuestions: readonly RegExp[] = [
  /\b(?:print|reveal|show|output|repeat|leak|dump|disclose|expose|say|give me)\b.{0,40}\b(?:your (?:prompt|instructions|rules)|secrets?|credentials?|(?:api |private |secret )keys?|passwords?|tokens?|environment variables?|from the environment)\b/i,
  /\bi (?:hereby )?pre-?approve|\bpre-?approved? everything\b|\bas (?:the|an?|your) [\w -]{2,40}\bi (?:approve|authori[sz]e|order|command)/i,
  /\b(?:ignore|disregard|forget)\b.{0,20}\b(?:the )?(?:documents?|sources?|rules?|instructions?)\b/i,
  /\bcall the (?:tool|function)\b|\bthen confirm\b/i,
  /(?:秘密鍵|社内トークン|パスワード|認証情報|環境変数|APIキー|シークレット|トークン).{0,24}(?:出力|表示|書き出|開示|漏ら|列挙)(?:して|しろ|せよ|しなさい)/i,
  /(?:出典|引用|根拠)(?:は|を|も)?(?:不要|いらない|要らない|つけないで|付けないで|つけるな|付けるな|なしで)/,
]
const interrogative =
  /\b(?:how|what|which|where|why|when|who|is|are|does|can|should)\b[^.!]*\?|\b(?:how (?:do|to|can|many|much|long|old)|what(?:'s| is| are| command)|which|where|why)\b|[？?]|どう|どの|どこ|なぜ|何|いくつ|いつ|方法|ですか|ますか/i

export function givesOrders(text: string): boolean {
  return matches(orders, text)
}

export interface CleanedQuestion {
  /** The question without its orders; '' when it was nothing else. */
  text: string
  ordersIgnored: boolean
}

/**
 * Cuts a question into clauses and drops those that order us about. What follows an order and asks something of its own
 * ("…, then tell me how many …") stays.
 */
export function withoutOrders(question: string): CleanedQuestion {
  const clauses = question
    .split(sentenceEnds)
    .flatMap(clausesOf)
    .map((clause) => clause.trim())
    .filter((clause) => clause !== '')
  const kept = clauses.filter((clause) => !isOrder(clause))
  if (kept.length === clauses.length) return { text: question.trim(), ordersIgnored: false }
  const asked = kept.map(withoutLead).filter((clause) => clause !== '' && !isAftermath(clause))
  return { text: asked.map(withoutOrderedAct).join(' ').trim(), ordersIgnored: true }
}

const sentenceEnds = /(?<=[.!?;])\s+|(?<=[。！？；])/
const clauseEnds =
  /(?<=[.!?;])\s+|(?<=[。！？；])|,\s*(?=(?:then|and then|and also|also)\b)|(?<!\bhttps?):\s+|、(?=その(?:後|あと)|それから)/

/** What orders us about only as a whole ("SYSTEM: …"), or after a colon, is not cut into harmless pieces. */
function clausesOf(sentence: string): string[] {
  const clauses = sentence.split(clauseEnds)
  const [head = '', ...rest] = sentence.split(/(?<!\bhttps?):\s+/)
  const isWhole = !clauses.some(isOrder) || (rest.length > 0 && isOrder(head))
  return isOrder(sentence) && isWhole && !interrogative.test(sentence) ? [sentence] : clauses
}

function isOrder(clause: string): boolean {
  if (givesOrders(clause)) return true
  return matches(ordersInQuestions, clause) && !interrogative.test(clause)
}

/** 「…を実行してから「実行しました」と答えて」 wants an act and a lie; what it is about can still be told. */
function withoutOrderedAct(clause: string): string {
  return clause.replace(/(?:を)?(?:実行|適用|削除)してから.{0,30}(?:答え|返|言|報告|回答)[^。]*。?$/, '')
}

function withoutLead(clause: string): string {
  return clause
    .replace(/^\s*(?:and then|then|and also|also|それから|そのあと|その後|あと)[\s、,]*(?:tell me\s+)?/i, '')
    .trim()
}

/** "then confirm", 「と答えて」: what is left of an order, with no question in it. */
function isAftermath(clause: string): boolean {
  return (
    /^(?:confirm|say|answer|reply|do it|proceed)\b[^?]{0,40}$/i.test(clause) ||
    /^[^？?]{0,14}(?:と答えて|と言って|と返して)(?:ください|くれ)?。?$/.test(clause)
  )
}

function matches(patterns: readonly RegExp[], text: string): boolean {
  const line = text.normalize('NFKC').replace(/\s+/g, ' ')
  const seen = undisguised(line)
  return patterns.some((pattern) => pattern.test(line) || (seen !== line && pattern.test(seen)))
}

const lookalikes: Readonly<Record<string, string>> = {
  а: 'a', в: 'b', с: 'c', е: 'e', ё: 'e', н: 'h', і: 'i', ј: 'j', к: 'k', м: 'm', о: 'o', р: 'p', ѕ: 's', т: 't', у: 'y', х: 'x', α: 'a', ε: 'e', ι: 'i',
  κ: 'k', ν: 'v', ο: 'o', ρ: 'p', τ: 't', υ: 'u', χ: 'x',
} // biome-ignore format: a table

/** As a reader sees it: no invisible signs, letters that only look alike as those that they look like, s p a c e d words closed. */
function undisguised(line: string): string {
  return line
    .replace(/[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff]/g, '')
    .replace(/[*_~`]+/g, '')
    .replace(/(?<![A-Za-z])[A-Za-z](?: [A-Za-z](?![A-Za-z])){3,}/g, (letters) => letters.replaceAll(' ', ''))
    .replace(/[а-яёіјѕα-ω]/gi, (letter) => lookalikes[letter.toLowerCase()] ?? letter)
}
