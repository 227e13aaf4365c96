/** What kind of fact a question wants; a question may want several. */
export type Asked = 'command' | 'threshold' | 'owner' | 'cause' | 'meaning' | 'impact' | 'remedy' | 'check' | 'place'

const signs: Readonly<Record<Asked, RegExp>> = {
  command:
    /\b(?:commands?|run|type|flags?|options?|syntax|invoke|cli|query|script|switch)\b|コマンド|オプション|フラグ|実行|クエリ|打て|叩/i,
  threshold:
    /\b(?:how (?:many|much|long|often|big|large|high|low|soon|old)|threshold|limit|maximum|minimum|max|min|default|percent(?:age)?|ratio|timeout|interval|fires?|firing|trigger(?:s|ed)?|severity|page[sd]?|seconds?|minutes?|hours?|days?|value|number|size|upper bound|ceiling|stock)\b|閾値|しきい値|何(?:分|秒|時間|日|回|台|個|件|％|%|パーセント|GB|MB)|いくつ|どれくらい|どのくらい|上限|下限|既定|デフォルト|初期値|最大|最小|間隔|重要度|発火|鳴る/i,
  owner:
    /\b(?:who|whom|whose|owner|owns|team|contact|escalat\w*|channel|ask)\b|誰|担当|オーナー|チーム|連絡先|相談|問い合わせ|エスカレ/i,
  cause: /\b(?:why|cause[sd]?|reasons?|root cause|how come|due to|leads? to|behind)\b|なぜ|原因|理由|どうして|なんで/i,
  meaning:
    /\b(?:mean(?:s|ing)?|what (?:is|are|does)|stand for|signif\w*|describe|explain|definition)\b|意味|とは|って(?:何|なに)|どういう|説明/i,
  impact:
    /\b(?:impact|affect(?:s|ed)?|consequence|happens?|lose|lost|risk|harm|danger\w*|outage|still (?:work|serve)\w*|break)\b|影響|どうなる|起き|リスク|危険|壊れ|失われ/i,
  remedy:
    /\b(?:fix|resolve|mitigat\w*|recover\w*|repair|restore|remedy|solve|solution|get rid|bring back|unblock|rollback|roll back|clear|free|steps?|procedure|do (?:i|we|you) do|should (?:i|we) do|how (?:do|can|to|should))\b|直|復旧|対処|対応|解決|修復|戻|回復|手順|どうすれば|どうやって|方法|どうしたら/i,
  check:
    /\b(?:check|verify|diagnos\w*|investigat\w*|inspect|look (?:at|for|into)|find out|tell (?:if|whether)|confirm|debug|see|spot|detect|monitor|metric|log|grep|which)\b|確認|調べ|調査|診断|見れば|見る|チェック|監視|メトリク|ログ|どこを/i,
  place:
    /\b(?:where|which (?:file|directory|folder|path|namespace|field|setting|config|annotation|label)|path|directory|file|mounted|field|setting|namespace)\b|どこ|場所|パス|ディレクトリ|ファイル|フィールド|設定/i,
}

/** Read from signal words, in English and Japanese. */
export function askedBy(question: string): ReadonlySet<Asked> {
  const asked = new Set<Asked>()
  for (const [kind, pattern] of Object.entries(signs)) if (pattern.test(question) && isAsked(kind)) asked.add(kind)
  return asked
}

function isAsked(kind: string): kind is Asked {
  return kind in signs
}

/** Words of a heading that say which questions its section is there to answer. */
const headingSigns: readonly (readonly [Asked, RegExp])[] = [
  [
    'meaning',
    /\b(?:meaning|overview|introduction|summary|what is|description|about|definition)\b|意味|概要|とは|説明/i,
  ],
  ['impact', /\b(?:impact|effect|consequence|symptom)s?\b|影響|症状/i],
  [
    'check',
    /\b(?:diagnos\w*|investigat\w*|debug\w*|check\w*|verif\w*|troubleshoot\w*|inspect\w*|detect\w*|monitor\w*|identif\w*|view\w*|find\w*)\b|診断|調査|確認|トラブルシュ|デバッグ|切り分け/i,
  ],
  [
    'remedy',
    /\b(?:mitigat\w*|resol\w*|recover\w*|fix\w*|remed\w*|solution|workaround|repair|restor\w*|procedure|steps|how to|rollback|runbook)\b|対処|対応|復旧|解決|手順|復元|回復|方法|ロールバック/i,
  ],
  ['cause', /\b(?:causes?|reasons?|why|background|root)\b|原因|理由|背景/i],
  ['owner', /\b(?:escalat\w*|contacts?|owners?|team|support)\b|連絡|担当|エスカレ|体制/i],
  [
    'threshold',
    /\b(?:limits?|thresholds?|defaults?|parameters?|sizing|quota|requirements?|severity|alerts?)\b|閾値|しきい値|上限|制限|既定|パラメータ|要件/i,
  ],
]

export function answeredByHeading(heading: string): ReadonlySet<Asked> {
  return new Set(headingSigns.filter(([, pattern]) => pattern.test(heading)).map(([asked]) => asked))
}
