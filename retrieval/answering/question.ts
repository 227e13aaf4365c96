import { termsOf } from '#knowledge/terms/terms.ts'
import type { Alternatives, Thesaurus } from '../query/thesaurus.ts'
import { sentencesOf } from './sentences.ts'

/** What a question wants to be told; a piece of text that holds it is the likelier answer. */
export type Want =
  | 'command'
  | 'number'
  | 'place'
  | 'name'
  | 'owner'
  | 'cause'
  | 'steps'
  | 'meaning'
  | 'impact'
  | 'check'
  | 'fix'
  | 'decision'
  | 'rule'
  | 'flag'
  | 'metric'

/** One thing that is asked: a question can hold several ("which …, and how …?"). */
export interface Facet {
  text: string
  wants: ReadonlySet<Want>
  terms: readonly string[]
  /** Other words for a term; each is the terms that must stand together. */
  alternatives: ReadonlyMap<string, Alternatives>
  /** The text with its other words. */
  saidOtherwise: string
}

/** A whole question, which is a facet itself, and its parts; at least one. */
export interface ReadQuestion extends Facet {
  facets: readonly Facet[]
}

const wants: readonly (readonly [Want, RegExp])[] = [
  ['command', /\bcommands?\b|\bhow (?:do|can|should|would) (?:i|we|you|one)\b|\bhow to\b|\bcli\b|\bsyntax\b|\bone-?liner\b|\bquery\b|\bwhat do (?:i|we) (?:run|type|execute)\b|コマンド|どうやって|どうやる|どう(?:消|戻|見|確認|作|す)|クエリ|実行|叩/i],
  ['flag', /\bflags?\b|\boptions?\b|\bswitch(?:es)?\b|\bargument\b|\bparameter\b|オプション|フラグ|スイッチ|引数|パラメータ/i],
  ['metric', /\bmetrics?\b|\bhistogram\b|\bgauge\b|\bcounter\b|\bpromql\b|\bquery\b|\bexpression\b|メトリク|ヒストグラム|クエリ|式/i],
  ['number', /\bhow (?:many|much|long|often|old|big|large|high|low|far|soon|little)\b|\bthresholds?\b|\bdefaults?\b|\blimits?\b|\bceiling\b|\bpercent(?:age)?\b|\bports?\b|\btime-?outs?\b|\bintervals?\b|\bvalues?\b|\bnumbers?\b|\bversions?\b|\bretention\b|\bpending time\b|\bduration\b|\bsize\b|\brate\b|\bratio\b|\bshare\b|\bat what\b|\bmaximum\b|\bminimum\b|\bupper bound\b|\blower bound\b|何(?:分|秒|時間|日|個|回|台|%|パーセント|割|番|本|GB|MB)|いくつ|いくら|どれくらい|どのくらい|閾値|しきい値|デフォルト|既定|上限|下限|制限|ポート|タイムアウト|間隔|割合|バージョン|期間|最大|最小|残り/i],
  ['place', /\bwhere\b|\bwhich (?:file|path|directory|folder|namespace|page|document|doc|runbook|dashboard|pod|node|container|configmap|secret|repo(?:sitory)?|url|host)\b|\bpath\b|\blocation\b|\bfile name\b|\burl\b|\blink\b|\bdashboard\b|どこ|どのファイル|場所|パス|ファイル|ディレクトリ|マウント|どのページ|どのドキュメント|URL/i],
  ['name', /\bwhich\b|\bname\b|\bcalled\b|\bwhat (?:setting|field|flag|option|parameter|metric|label|role|variable|alert|key|configmap|histogram|annotation|tool)\b|\bwhat's the\b|どの|どれ|名前|何という|なんて|なんという|設定|フィールド|パラメータ|メトリク|ラベル|キー|ツール/i],
  ['owner', /\bwho\b(?!\s+holds)|\bowners?\b|\bowns\b|\bmaintain(?:s|er|ers)\b|\bcontacts?\b|\bescalat\w+\b|\bon-?call\b|\bresponsible\b|\bwhich team\b|誰|だれ|担当|オーナー|所有|責任者|連絡先|どのチーム|エスカレーション/i],
  ['cause', /\bwhy\b|\bcauses?\b|\breasons?\b|\bwhat(?:'s| is| could be| might be) (?:wrong|behind|making|causing)\b|\bsuspect\b|\bculprit\b|\bbecause of what\b|なぜ|なんで|どうして|原因|理由|疑/i],
  ['steps', /\bhow (?:do|can|should|would|could|must) (?:i|we|you|one)\b(?! (?:know|tell|see|find out|check|verify))|\bhow to\b|するには|すには|るには|どうやって|どうやる|\bprocedure\b|\bprocess\b|\bwalk me through\b|\bwhat do (?:i|we) do\b|\bwhat should (?:i|we)\b|\bwhat to do\b|\bwhat (?:now|next)\b|\bsteps\b|\bin what order\b|\bfirst\b|手順|流れ|どうすれば|どうしたら|どうする|やり方|進め方|まず|方法|対応/i],
  ['meaning', /\bwhat (?:does|do) .{0,60}\bmean\b|\bmeaning\b|\bwhat is (?:an?|the)?\b|\bwhat are\b|\bdefin\w+\b|\bexplain\b|\bwhat triggers\b|\bwhen does\b|意味|とは|って何|何ですか|どういう/i],
  ['impact', /\bimpact\b|\baffect(?:s|ed)?\b|\bconsequences?\b|\bwhat happens\b|\bhow bad\b|\brisk\b|\bstill (?:work|accept|serve|read|write)\w*\b|影響|どうなる|リスク|まだ.{0,8}(?:できる|動く|使える)/i],
  ['check', /\bcheck\b|\bverify\b|\bdiagnos\w+\b|\binspect\b|\blook at\b|\bsee\b|\bfind out\b|\bdebug\b|\btroubleshoot\w*\b|\bconfirm\b|\blogs?\b|\bmonitor\b|確認|調べ|診断|チェック|ログ|見(?:る|れ|方)/i],
  ['fix', /\bfix(?:es)?\b|\bresolv\w+\b|\bmitigat\w+\b|\bremed\w+\b|\brecover\w*\b|\brepair\b|\bget (?:rid|it back)\b|\bclear\b|\brestore\b|\bwork-?around\b|\bsolve\b|\bcut it\b|\bfree\b|直(?:す|し|せ)|対処|解決|復旧|回復|緩和|修復|戻す/i],
  ['rule', /\brules?\b|\bseverity\b|\bpending\b|\bfir(?:es?|ing)\b|\bexpr(?:ession)?\b|\bpromql\b|\bhow long .{0,40}(?:before|until|for)\b|\b(?:warning|critical) (?:at|by)\b|\bpage[sd]?\b|\balerts?\b.{0,40}\b(?:threshold|go off|trigger\w*|fire)\b|ルール|重要度|発報|発火|アラート.{0,20}(?:条件|式|閾値|しきい値|何)|何(?:分|秒|時間).{0,8}続/i],
  ['decision', /^(?:is|are|do|does|can|could|should|will|would|may|must|has|have)\b|\b(?:is|are|do|does|can|should|must) (?:i|we|it|that|this|the|there)\b[^?]*\?|\bor what\b|\bor can it\b|\bsafe\b|\ballowed\b|\bnormal\b|\bstill\b|(?:です|ます|でき|いい|良い|必要|大丈夫|のまま|付く|つく)(?:か|の)?(?:ね|よね)?[？?]/i],
] // biome-ignore format: one want a line

/** Takes a question apart into what it asks. Orders to us must have been taken out before. */
export function readQuestion(text: string, thesaurus?: Thesaurus): ReadQuestion {
  const whole = facetOf(text, thesaurus)
  const facets = facetTexts(text)
    .map((part) => facetOf(part, thesaurus))
    .filter((facet) => facet.terms.length > 0 || facet.wants.size > 0)
  return { ...whole, facets: facets.length === 0 ? [whole] : facets }
}

function facetOf(text: string, thesaurus: Thesaurus | undefined): Facet {
  // "How do I fail over" asks for what stands under "Failover".
  const meant = thesaurus?.inOneWord(text) ?? text
  const other = thesaurus?.read(meant)
  return {
    text: meant,
    wants: wantsOf(text),
    terms: [...new Set(termsOf(meant))],
    alternatives: other?.alternatives ?? new Map(),
    saidOtherwise: `${meant} ${other?.said ?? ''}`.trim(),
  }
}

const ownership =
  /\bwho (?:owns|maintains|reviews|looks after|is (?:the )?(?:owner|maintainer|responsible|in charge))\b|\bowners? (?:of|for)\b|\bwho (?:is|are) (?:the )?(?:contacts?|team)\b|\b(?:which|what) team (?:owns|maintains|is responsible|looks after)\b|\bwhose (?:runbook|alert|page|document|doc|service)\b|担当(?:者|は|チーム|部署)|オーナー|所有者|責任者|誰が(?:管理|保守|担当|所有|見て)|どのチーム/i

/** Asks whom a document belongs to, which stands in its record rather than in its text. */
export function asksForOwner(question: string): boolean {
  return ownership.test(question.normalize('NFKC'))
}

/** What of a question for an owner names whose owner is meant. */
export function ownedTerms(question: string): readonly string[] {
  return [...new Set(termsOf(question.normalize('NFKC').replace(new RegExp(ownership, 'gi'), ' ')))]
}

function wantsOf(text: string): ReadonlySet<Want> {
  const line = text.normalize('NFKC').trim()
  return new Set(wants.filter(([, pattern]) => pattern.test(line)).map(([want]) => want))
}

const englishCut =
  /,?\s+(?:and|or|but|plus)\s+(?=(?:also\s+)?(?:what|which|how|where|who|why|when|is|are|do|does|can|should|at what|exactly|by what|in which|for how)\b)|,\s+(?=(?:what|which|how|where|who|why|when|is|are|do|does|can|should)\b)|;\s+|\balso\s+(?=(?:how|what|which|where|who|when)\b)/i
const japaneseCut =
  /(?<=[？?])|、(?=(?:また|それと|あと|そして|及び)|(?:どの|どこ|何|いつ|誰|どう|いくつ))|(?:また|それと|あと)(?=.{6,})/

/** Cuts "which X, and how Y?" and 「Xは？Yは？」. A piece that asks nothing belongs to the one after it. */
function facetTexts(text: string): string[] {
  const pieces = sentencesOf(text)
    .flatMap((sentence) => sentence.split(/[\u3040-\u30ff\u4e00-\u9fff]/.test(sentence) ? japaneseCut : englishCut))
    .map((piece) => piece.trim())
    .filter((piece) => piece !== '')
  const asking = pieces.filter((piece) => wantsOf(piece).size > 0 || /[?？]/.test(piece))
  return asking.length === 0 ? [text.trim()] : asking
}
