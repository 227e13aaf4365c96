import { identifiersOf, termsOf } from '#knowledge/terms/terms.ts'

/** A question that was understood before, oldest first. */
export interface Earlier {
  /** As it stood on its own. */
  standalone: string
}

export interface Understood {
  /** The question so that it can be searched for without its conversation. */
  standalone: string
  /** It leaned on what was said before. */
  followsOn: boolean
  /** By nothing but how short it is. */
  onlyShort?: boolean | undefined
  /** By a word that stands for what was said: "it", 「それ」. */
  pointsBack?: boolean | undefined
}

const opening =
  /^(?:and|also|but|or|then|so|ok(?:ay)?,?\s+(?:and|but|so|what|how)|what about|how about|same (?:for|question|thing|on|in)|what if|why(?= not)|(?:じゃあ|じゃ|では|それで|で、|あと|ちなみに|また|逆に|同じく|それなら|そしたら)[、,\s]?)(?![A-Za-z])/i
const pointing =
  /\b(?:it|its|them|they|those|these|their)\b|\b(?:that|this)\b(?=\s*(?:[?.!,]|$|is\b|was\b|does\b|do\b|happens?\b|works?\b|alert|command|step|page|runbook|doc|flag|setting|threshold|file|one\b|in\b|on\b|for\b|too\b|again|safe|apply|hold|still))|\bthe same\b|\bthere\b\s*[?.]?$/i
/** "How long does it take", "is it safe to": this `it` stands for nothing that was said. */
const impersonal =
  /\b(?:does|will|would|did|may|can) it (?:take|make sense|matter)\b|\b(?:is|was) it (?:\w+ ){1,3}(?:to|that|for)\b/gi
const pointingJa =
  /(?:それ|これ|あれ|そこ|ここ)(?:は|が|を|で|って|も|の|だと|に|なら|、)|(?:その|この|あの)(?:アラート|コマンド|手順|ページ|設定|場合|閾値|ファイル|対処|後|とき|原因)|同じ(?:です|こと|よう|で|？|\?)/
/** 「本番では？」「Auroraだと？」: a case, and nothing is asked of it. */
const bareCase =
  /^[^。？?]{1,24}?(?:では|でも|は|だと|の場合(?:は|でも)?|なら|についても?)(?:どう(?:です|なり|なる|する)?(?:か|ます|ますか)?)?[？?。]?$/
const meta =
  /\bhow (?:old|fresh|recent|current|up[- ]to[- ]date) (?:is|are|was) (?:that|this|it|they|those|the (?:source|page|answer|info\w*))\b|\bwhen was (?:that|this|it) (?:last )?(?:edited|updated|written|reviewed|verified|changed|checked)\b|\bis (?:that|this|it) (?:still )?(?:current|up[- ]to[- ]date|outdated|valid|true|fresh)\b|(?:それ|これ|その|この)(?:は|って|情報|文書|ページ|手順|答え)?(?:は|って|の)?(?:いつ|ど(?:れ|の)(?:くらい|ぐらい)?(?:古|前|新し)|最新|まだ(?:正し|有効))|(?:それ|これ|[そこ]の(?:情報|文書|ページ|手順|答え))(?:は|って)(?:新しい|古い)(?:です)?(?:か|の)?[?？。]?$|^ど(?:れ|の)(?:くらい|ぐらい)(?:古い|前|新しい)(?:もの|情報)?(?:です|なの|なん)?(?:か|の)?[?？。]?$|^(?:最終更新|更新日)(?:日時?)?(?:は|って)?(?:いつ|何)?(?:です)?か?[?？。]?$|いつの(?:情報|もの|記事|文書)|いつ(?:更新|書かれ|確認)/i

/** "How old is the Kafka runbook?", 「Kafkaの手順書はいつの情報？」: a document is named by what it is. */
const documentsAge =
  /\bhow (?:old|fresh|recent|current|stale|outdated|up[- ]to[- ]date) (?:is|are) .{2,60}\b(?:runbook|playbook|page|doc(?:ument(?:ation)?)?|guide|wiki|notes?|article|procedure|post-?mortem)s?\b|\bwhen was .{2,60}\b(?:runbook|playbook|page|doc(?:ument(?:ation)?)?|guide|wiki|notes?|article|procedure|post-?mortem)s? (?:last )?(?:edited|updated|written|reviewed|verified|changed|checked)\b|(?:手順書?|ランブック|ドキュメント|文書|ページ|資料|ガイド|メモ)(?:は|って|の(?:最終更新|更新日?)は?)(?:いつ|どれ(?:くらい|ぐらい)(?:古|前|新し)|最新|古い)/i

/** Asks how old a document is that it names, not what stands in it. */
export function asksAboutAgeOf(question: string): boolean {
  return question.length <= 120 && documentsAge.test(question.normalize('NFKC'))
}

/** Asks about the sources of the last answer, not about the matter itself: "how old is that?". */
export function asksAboutAge(question: string): boolean {
  return question.length <= 80 && meta.test(question.normalize('NFKC'))
}

/**
 * Understands a follow-up without a model: what the conversation is about is carried over, and what the follow-up says
 * of its own takes its place. A question that stands on its own is left as it is, so a new topic starts clean.
 */
export function standaloneQuestion(question: string, earlier: readonly Earlier[]): Understood {
  const last = earlier.at(-1)
  const text = question.trim()
  if (last === undefined || !leansOn(text, last.standalone)) return { standalone: text, followsOn: false }
  const caseNamed = namedCase(text)
  const standalone =
    caseNamed === undefined ? `${text} (${topicOf(last.standalone)})` : withCase(last.standalone, caseNamed)
  return { standalone: standalone.slice(0, 600), followsOn: true, ...howItLeans(text.normalize('NFKC')) }
}

function howItLeans(line: string): Pick<Understood, 'pointsBack' | 'onlyShort'> {
  const points = pointsBack(line)
  return { pointsBack: points, onlyShort: !points && !opening.test(line) && !bareCase.test(line) }
}

function pointsBack(line: string): boolean {
  return pointing.test(line.replace(impersonal, ' ')) || pointingJa.test(line)
}

/** Own words from which on a question without a pointer to what was said is taken as a new one. */
const fewWords = 2

function leansOn(text: string, before: string): boolean {
  const line = text.normalize('NFKC')
  const known = new Set(termsOf(before))
  const own = ownTerms(line)
  const unseen = own.filter((term) => !known.has(term))
  const opens = opening.test(line)
  const points = pointsBack(line)
  if (opens || points) return unseen.length <= 6 || own.length - unseen.length >= 2
  if (bareCase.test(line) && own.length <= 4) return true
  if (identifiersOf(line).length > 0) return false
  return own.length <= 1 || (own.length <= fewWords && unseen.length <= 1)
}

/** Words that ask, and therefore name no topic. */
const asking = new Set(
  termsOf(
    `what which how where who why when command commands flag option threshold default value number limit check verify fix resolve steps procedure
     run use find show see look name called mean meaning cause reason long many much old tell need want do does old still first safe exactly right
     コマンド オプション 方法 手順 閾値 しきい値 確認 既定 デフォルト 原因 理由 意味 対処 対応 教えて 何分 何秒 何個 重要度 流れ 表示 実行`,
  ),
)

/** The words of a question that ask for nothing, but say what it is about. */
export function ownTerms(text: string): string[] {
  return [...new Set(termsOf(text))].filter((term) => !asking.has(term) || /[_\-./]/.test(term))
}

/** The words of a question that say what it is about, in their order. */
function topicOf(question: string): string {
  const words = question.match(/[A-Za-z0-9_./@:%$*-]+|[\u30a1-\u30ff]{2,}|[\u4e00-\u9fff々]+|[^\s\p{P}]/gu) ?? []
  const kept = words.filter((word) => ownTerms(word).length > 0)
  return [...new Set(kept)].join(' ')
}

/** What a follow-up names in place of something said before: "and on Aurora?" names `Aurora`. */
interface NamedCase {
  words: string
  preposition?: string | undefined
}

function namedCase(text: string): NamedCase | undefined {
  const line = text.replace(/[?？。.!\s]+$/g, '')
  const english =
    /^(?:ok(?:ay)?,?\s+)?(?:and|also|but|or|so|then|what about|how about|and what about|and how about|same for|same (?:question|thing) (?:for|on|in))\s+(?:(on|in|for|with|at|from|under|using|when|during|after|before)\s+)?((?:the |a |an |our )?[^,;?]{1,40})$/i.exec(
      line,
    )
  if (
    english !== null &&
    !/^(?:what|which|how|where|who|why|when|is|are|do|does|can|should|if)\b/i.test(english[2] ?? '')
  ) {
    return { words: (english[2] ?? '').replace(/^(?:the|a|an|our)\s+/i, ''), preposition: english[1]?.toLowerCase() }
  }
  const japanese =
    /^(?:(?:じゃあ|じゃ|では|それで|で|あと|また|それは|これは|それって)[、,\s]*)?([^、。は]{1,20}?)(では|でも|だと|の場合(?:は|でも)?|なら|についても?|は)(?:同じ(?:です|ですか|か)?|どう(?:です|なり|なる|する)?(?:か|ます|ますか)?)?$/.exec(
      line,
    )
  const words = japanese?.[1]
  return words === undefined || pointingJa.test(`${words}は`) || words === 'それ' ? undefined : { words }
}

/** Kinds of which a question names one: naming another replaces it. */
const alternatives: readonly RegExp[] = [
  /\b(?:prod(?:uction)?|staging|stage|dev(?:elopment)?|test|qa|sandbox|canary)\b|本番|ステージング|検証|開発|テスト/i,
  /\b(?:warning|critical|info)\b|警告|クリティカル/i,
  /\b(?:us|eu|ap)-(?:east|west|central|north|south|northeast|southeast)-\d\b/i,
  /\b(?:primary|replica|standby|leader|follower|master|worker|control[- ]plane)\b|プライマリ|レプリカ|スタンバイ|ワーカー/i,
  /\b(?:eks|gke|aks|openshift|on-?prem|bare metal|minikube)\b/i,
  /\b(?:v?\d+\.\d+(?:\.\d+)?)\b/i,
]

function withCase(before: string, { words, preposition }: NamedCase): string {
  for (const kind of alternatives) {
    if (kind.test(words) && kind.test(before)) return before.replace(kind, words)
  }
  const [name] = identifiersOf(words)
  const named = identifiersOf(before)
  const only = named[0]
  if (name !== undefined && only !== undefined && named.length === 1 && only.startsWith('-') === name.startsWith('-')) {
    const at = before.toLowerCase().indexOf(only)
    if (at >= 0) return `${before.slice(0, at)}${words}${before.slice(at + only.length)}`
  }
  if (preposition !== undefined) {
    const place = new RegExp(`\\b${preposition}\\s+(?:the |a |an |our )?[\\w./-]+(?=\\s*(?:[?.,;]|$))`, 'i')
    if (place.test(before)) return before.replace(place, `${preposition} ${words}`)
  }
  const bare = before.replace(/[?？。.\s]+$/, '')
  return /[\u3040-\u30ff\u4e00-\u9fff]/.test(before)
    ? `${bare}（${words}の場合）`
    : `${bare} (${[preposition, words].filter(Boolean).join(' ')})?`
}
