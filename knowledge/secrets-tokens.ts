/** Stretch of a text that is a secret. */
export interface SecretSpan {
  from: number
  to: number
  kind: string
}

interface TokenShape {
  kind: string
  /** Any of these stands in a text that holds such a token; looked for first, since it is much faster. */
  signs: readonly string[]
  /** Matches the token, or captures it in group 1. Linear: it starts with a sign or a bounded look behind. */
  shape: RegExp
}

const start = '(?<![A-Za-z0-9])'
const end = '(?![A-Za-z0-9])'
const shape = (source: string) => new RegExp(source, 'gd')
const token = (kind: string, signs: readonly string[], source: string): TokenShape => ({
  kind,
  signs,
  shape: shape(`${start}${source}${end}`),
})

/** Tokens that say themselves what they are, by the forms that their issuers document. */
const shapes: readonly TokenShape[] = [
  token('aws-key', ['AKIA', 'ASIA', 'ABIA', 'ACCA'], '(?:AKIA|ASIA|ABIA|ACCA)[A-Z2-7]{16}'),
  token('github-token', ['ghp_', 'gho_', 'ghu_', 'ghs_', 'ghr_'], 'gh[pousr]_[A-Za-z0-9_.-]{36,800}'),
  token('github-token', ['github_pat_'], 'github_pat_[A-Za-z0-9_]{50,255}'),
  token(
    'gitlab-token',
    ['glpat-', 'gldt-', 'glrt-', 'glptt-', 'glcbt-', 'glsoat-', 'glimt-', 'glft-', 'glagent-', 'gloas-', 'glffct-'],
    'gl(?:pat|dt|rt|ptt|cbt|soat|imt|ft|agent|oas|ffct)-[\\w.-]{20,300}',
  ),
  token('gitlab-token', ['GR1348941'], 'GR1348941[\\w-]{20,60}'),
  token('slack-token', ['xox'], 'xox[abcdeoprs]-(?:\\d-)?[A-Za-z0-9-]{10,400}'),
  token('slack-token', ['xapp-'], 'xapp-\\d-[A-Za-z0-9-]{20,400}'),
  token(
    'slack-webhook',
    ['hooks.slack.com/'],
    'hooks\\.slack\\.com/(?:services|workflows|triggers)/([A-Za-z0-9/]{20,200})',
  ),
  token('discord-webhook', ['/api/webhooks/'], '(?:discord|discordapp)\\.com/api/webhooks/(\\d{10,25}/[\\w-]{40,100})'),
  token(
    'teams-webhook',
    ['webhook.office.com'],
    'webhook\\.office\\.com/webhookb2/([\\w@-]{36,100}/IncomingWebhook/[\\w/-]{40,160})',
  ),
  token('stripe-key', ['sk_live_', 'sk_test_', 'rk_live_', 'rk_test_'], '[sr]k_(?:live|test)_[A-Za-z0-9]{16,250}'),
  token('webhook-secret', ['whsec_'], 'whsec_[A-Za-z0-9+/=]{24,100}'),
  token('anthropic-key', ['sk-ant-'], 'sk-ant-[\\w-]{20,250}'),
  token('openai-key', ['sk-'], 'sk-(?:(?:proj|svcacct|admin|None)-)?[A-Za-z0-9_-]{20,250}'),
  token('google-api-key', ['AIza'], 'AIza[\\w-]{35}'),
  token('google-oauth', ['GOCSPX-'], 'GOCSPX-[\\w-]{20,60}'),
  token('google-oauth', ['ya29.'], 'ya29\\.[\\w-]{20,400}'),
  token('notion-token', ['secret_'], 'secret_[A-Za-z0-9]{40,60}'),
  token('notion-token', ['ntn_'], 'ntn_[A-Za-z0-9]{40,60}'),
  token('npm-token', ['npm_'], 'npm_[A-Za-z0-9]{36}'),
  token('pypi-token', ['pypi-'], 'pypi-[\\w-]{50,400}'),
  token('rubygems-key', ['rubygems_'], 'rubygems_[0-9a-f]{48}'),
  token('sendgrid-key', ['SG.'], 'SG\\.[\\w-]{16,32}\\.[\\w-]{30,64}'),
  token('twilio-key', ['SK'], 'SK[0-9a-f]{32}'),
  token('mailgun-key', ['key-'], 'key-[0-9a-f]{32}'),
  token('mailchimp-key', ['-us'], '[0-9a-f]{32}-us\\d{1,2}'),
  token('digitalocean-token', ['dop_v1_', 'doo_v1_', 'dor_v1_'], 'do[opr]_v1_[0-9a-f]{64}'),
  token('vault-token', ['hvs.', 'hvb.', 'hvr.'], 'hv[sbr]\\.[\\w-]{24,300}'),
  token('terraform-token', ['.atlasv1.'], '[A-Za-z0-9]{14}\\.atlasv1\\.[\\w-]{50,80}'),
  token('huggingface-token', ['hf_'], 'hf_[A-Za-z0-9]{30,60}'),
  token('databricks-token', ['dapi'], 'dapi[0-9a-f]{32}(?:-\\d)?'),
  token('shopify-token', ['shpat_', 'shpca_', 'shppa_', 'shpss_'], 'shp(?:at|ca|pa|ss)_[0-9a-fA-F]{32}'),
  token('square-token', ['sq0'], 'sq0(?:atp|csp|idp)-[\\w-]{22,60}'),
  token('linear-key', ['lin_api_'], 'lin_api_[A-Za-z0-9]{32,60}'),
  token('planetscale-token', ['pscale_'], 'pscale_(?:tkn|pw|oauth)_[\\w.-]{30,70}'),
  token('grafana-token', ['glsa_'], 'glsa_[A-Za-z0-9]{32}_[0-9A-Fa-f]{8}'),
  token('grafana-token', ['glc_eyJ'], 'glc_eyJ[A-Za-z0-9+/=]{30,400}'),
  token('newrelic-key', ['NRAK-', 'NRJS-', 'NRII-'], 'NR(?:AK|JS|II)-[A-Za-z0-9_-]{19,40}'),
  token('sentry-token', ['sntry'], 'sntry[su]_[A-Za-z0-9+/=_]{40,400}'),
  token('docker-token', ['dckr_pat_', 'dckr_oat_'], 'dckr_[po]at_[\\w-]{20,80}'),
  token(
    'atlassian-token',
    ['ATATT3', 'ATCTT3', 'ATBB'],
    '(?:ATATT3[\\w=-]{60,400}|ATCTT3[\\w=-]{60,400}|ATBB[A-Za-z0-9]{32})',
  ),
  token('azure-secret', ['8Q~'], '[\\w~.]{3}8Q~[\\w~.-]{31,34}'),
  token('age-key', ['AGE-SECRET-KEY-1'], 'AGE-SECRET-KEY-1[0-9A-Z]{58}'),
  token('telegram-token', [':AA'], '\\d{8,10}:AA[\\w-]{32,36}'),
  token('heroku-key', ['HRKU-'], 'HRKU-[\\w-]{36,80}'),
  token('fly-token', ['fo1_', 'fm2_'], '(?:fo1_[\\w-]{43}|fm2_[A-Za-z0-9+/=]{100,800})'),
  token('pulumi-token', ['pul-'], 'pul-[0-9a-f]{40}'),
  token(
    'doppler-token',
    ['dp.pt.', 'dp.st.', 'dp.sa.', 'dp.ct.'],
    'dp\\.(?:pt|st|sa|ct)\\.(?:[\\w-]{2,35}\\.)?[A-Za-z0-9]{40,44}',
  ),
  token('postman-key', ['PMAK-'], 'PMAK-[0-9a-f]{24}-[0-9a-f]{34}'),
  token('figma-token', ['figd_'], 'figd_[\\w-]{40,60}'),
  token('airtable-token', ['pat'], 'pat[A-Za-z0-9]{14}\\.[0-9a-f]{64}'),
  token('cloudflare-key', ['v1.0-'], 'v1\\.0-[0-9a-f]{24}-[0-9a-f]{146}'),
  token('facebook-token', ['EAA'], 'EAA[A-Za-z0-9]{80,300}'),
  token('jwt', ['eyJ'], 'eyJ[\\w-]{10,4000}\\.eyJ[\\w-]{8,8000}\\.[\\w-]{8,2000}'),
  token(
    'private-key',
    ['LS0tLS1CRUdJTi'],
    'LS0tLS1CRUdJTi(?:B|BS|BF|BQ|BE|BP)[A-Za-z0-9+/]{0,30}?(?:UFJJVkFUR|QUklWQVRF|BSSVZBVE)[A-Za-z0-9+/=]{20,20000}',
  ),
]

/** No token is shorter; most text has few runs that are so long. */
const shortestToken = 20

/** By character code: whether it stands in tokens. */
const inTokens = Uint8Array.from({ length: 128 }, (_, code) => (/[\w.+/=~:-]/.test(String.fromCharCode(code)) ? 1 : 0))

/** The stretches of a text that are long enough for a token; by hand, since a regular expression takes ten times as long. */
function longRuns(text: string): string {
  let runs = ''
  let from = 0
  for (let at = 0; at <= text.length; at++) {
    const code = at === text.length ? 0 : text.charCodeAt(at)
    if (code < 128 && inTokens[code] === 1) continue
    if (at - from >= shortestToken) runs += `${text.slice(from, at)}\n`
    from = at + 1
  }
  return runs
}

/** Tokens that are known by their form alone. */
export function tokensIn(text: string): SecretSpan[] {
  const runs = longRuns(text)
  if (runs === '') return []
  const spans: SecretSpan[] = []
  for (const { kind, signs, shape: form } of shapes) {
    if (!signs.some((sign) => runs.includes(sign))) continue
    for (const match of text.matchAll(form)) {
      const [from, to] = match.indices?.[1] ?? match.indices?.[0] ?? [0, 0]
      if (isRealToken(text.slice(from, to))) spans.push({ from, to, kind })
    }
  }
  return spans
}

/** Documentation shows tokens of the right form that say `example`, or are nothing but a pattern. */
function isRealToken(value: string): boolean {
  if (/example|xxxx|redacted|0{8}|(?:your|my)[-_]?(?:token|key|secret)/i.test(value)) return false
  return new Set(value.slice(4)).size > 6 && /\d|[a-z][A-Z]|[A-Z][a-z]/.test(value)
}
