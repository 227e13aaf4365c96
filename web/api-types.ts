/**
 * What the API says, made from its description at /openapi.json. When that changes,
 * `vitest run server/api-types.test.ts -u` writes this file anew.
 */

export interface AllowanceLeft {
  left: number
  limit?: number
}

export interface Answer {
  /** Markdown; [n] refers to a citation. */
  answer: string
  spoken: string
  abstained: boolean
  confidence: number
  lang: 'en' | 'ja'
  citations: Citation[]
  warnings: Warning[]
  conversation_id: string
  trace_id: string
  /** `extractive`, or the model that wrote it. */
  provider: string
  timings_ms: Record<string, number>
  cost_usd: number
}

export interface Citation {
  /** The answer refers to it as [n]. */
  n: number
  /** Stands letter for letter in the cited document. */
  quote: string
  passage_id: string
  heading: string[]
  /** Of the passage at its source, as closely as the source allows. */
  url: string
  document: Document
  freshness: Freshness
}

export interface Document {
  id: string
  source: string
  /** Relative to its source's root. */
  path: string
  url: string
  title: string
  owners: string[]
  kind: 'page' | 'alert' | 'api' | 'discussion'
  lang: 'en' | 'ja'
  edited_at: string
  /** Who made the last change, where the source says. */
  edited_by?: string
  /** How many secrets were masked before it was stored. */
  masked_secrets: number
}

export interface DocumentPage {
  documents: ListedDocument[]
  /** Absent on the last page. */
  next_cursor?: string
}

export interface DocumentPassage {
  passage_id: string
  ordinal: number
  heading: string[]
  lang: 'en' | 'ja'
  kind: 'prose' | 'steps' | 'code' | 'table' | 'alert'
  text: string
  from_line: number
  to_line: number
  /** It tries to give orders to an assistant; they are not followed. */
  suspicious: boolean
  freshness: Freshness
}

export interface Freshness {
  state: 'verified' | 'fresh' | 'aging' | 'stale' | 'suspect' | 'contradicted' | 'evergreen'
  /** The cited passage's own last change, not the file's. */
  edited_at: string
  document_edited_at: string
  verified_at?: string
  verified_by?: string
  review_due_at?: string
  reasons: string[]
  broken_references: {
    target: string
    line: number
  }[]
  contradicted_by: {
    passage_id: string
    document_id: string
    title: string
    ours: string
    theirs: string
  }[]
}

export interface HearingPrice {
  perMinute: number
}

export interface ListedDocument extends Document {
  freshness: Freshness
}

export interface ModelPrice {
  inputPerMillionTokens: number
  outputPerMillionTokens: number
}

export interface Passage {
  passage_id: string
  rank: number
  score: number
  text: string
  heading: string[]
  lang: 'en' | 'ja'
  kind: 'prose' | 'steps' | 'code' | 'table' | 'alert'
  from_line: number
  to_line: number
  /** Of the passage at its source, as closely as the source allows. */
  url: string
  document: Document
  freshness: Freshness
}

export interface Prices {
  asOf: string
  note: string
  sources: {
    of: string
    url: string
    readOn: string
  }[]
  llm: Record<string, ModelPrice>
  speechToText: Record<string, HearingPrice>
  textToSpeech: Record<string, VoicePrice>
}

export interface Problem {
  type: string
  title: string
  status: number
  /** Stable; switch on this. */
  code: string
  /** What to do, for people. */
  detail: string
  /** Every field at fault. */
  errors?: {
    field: string
    message: string
  }[]
  /** The same in OpenAI's form, on the routes that speak it. */
  error?: {
    message: string
    type: string
    param: string | null
    code: string
  }
}

export interface Provider {
  id: string
  kind: 'llm' | 'speech-to-text' | 'text-to-speech' | 'embedder'
  /** Of its circuit breaker. `open`: it is left alone since it failed; `probing`: one call finds out. */
  state: 'closed' | 'open' | 'probing'
  /** Since when it is in this state. */
  since?: string
  /** Not asked, because somebody said so. */
  drained: boolean
  /** Asked first, because somebody said so. */
  pinned: boolean
  /** Asked last, because it became slower or worse. */
  demoted: boolean
  calls: number
  failures: number
  /** How often another began or went on in its place. */
  fallbacks: number
  first_piece_ms?: {
    p50: number
    p95: number
  }
  /** Of this process, where a price is known. */
  cost_usd?: number
  /** What answers to its name, as it says itself. */
  served_by?: string
  /** Which of the servers behind a proxy answered last. */
  deployment?: string
  /** What is left of our account there, as it told last. */
  allowance?: {
    requests?: AllowanceLeft
    tokens?: AllowanceLeft
    spent_usd?: number
    budget_usd?: number
  }
  last_fault?: {
    code: string
    message: string
    at: string
  }
}

export interface ProviderAlarm {
  provider: string
  model: string
  measure: string
  /** When the change began, as far as can be told. */
  since: string
  raised_at: string
}

export interface Providers {
  providers: Provider[]
  /** What became slower or worse without failing. */
  alarms: ProviderAlarm[]
  /** Only told to who may see everything. */
  spending?: {
    /** UTC. */
    day: string
    usd: number
    turns: number
    budget_usd?: number
    /** By kind of provider. */
    kinds: {
      kind: 'llm' | 'speech-to-text' | 'text-to-speech' | 'embedder'
      usd: number
    }[]
    principals: {
      name: string
      usd: number
    }[]
  }
}

export interface RecentTurn {
  trace_id: string
  at: string
  mode: 'text' | 'spoken'
  lang?: 'en' | 'ja'
  outcome: 'answered' | 'abstained' | 'failed' | 'cut-off'
  /** Who wrote the answer; absent: there is none. */
  provider?: string
  total_ms: number
  /** In order; they add up to `total_ms`. */
  stages: {
    stage: 'hear' | 'understand' | 'retrieve' | 'read' | 'model' | 'check' | 'speak' | 'other'
    ms: number
  }[]
  cost_usd: number
  /** Calls to providers that another had to take over. */
  fallbacks: number
  warnings: string[]
  /** Only told to who may see everything. */
  principal?: string
}

export interface RecentTurns {
  turns: RecentTurn[]
}

export interface RedeemedTicket {
  /** As a client secret. */
  value: string
  /** Seconds since 1970. */
  expires_at: number
  /** The one conversation that it is good for. */
  conversation_id: string
}

export interface SearchResult {
  results: Passage[]
  /** 0..1: how sure we are that anything found is relevant at all. */
  relevance: number
  relevant: boolean
  warnings: Warning[]
  timings_ms: Record<string, number>
}

export interface Source {
  id: string
  kind: 'files' | 'github' | 'notion'
  /** Files, pages and issues that are stored of it. */
  entries: number
  state: 'idle' | 'waiting' | 'syncing' | 'paused' | 'failed' | 'never'
  last_sync?: {
    started_at: string
    finished_at: string
    seconds: number
  }
  next_sync_at?: string
  /** Entries by what they wait for. */
  queue: {
    waiting: number
    running: number
    delayed: number
    dead: number
  }
  pause?: {
    until: string
    reason: string
  }
  /** Why the last sync of the whole failed. */
  failure?: string
  failed_entries: number
  /** Newest first, at most 200. */
  failures: {
    entry: string
    state: 'waiting' | 'dead'
    reason: string
    failed_at: string
  }[]
  api_budget?: {
    left: number
    limit: number
    resets_at: string
  }
  /** From a change at the source to when answers use it. */
  lag_seconds?: {
    last: number
    p50: number
    p95: number
    changes: number
  }
}

export interface Sources {
  sources: Source[]
}

export interface Status {
  version: string
  /** Who you are here. */
  principal: string
  /** How many are loaded; only told to who may see them all. */
  documents?: number
  passages?: number
  /** Nothing is configured, so the shipped sample documents are loaded. */
  samples: boolean
  /** Sources whose first sync has not ended yet. */
  waiting_for: string[]
}

export interface VoicePrice {
  perThousandCharacters: number
}

export interface Warning {
  code: string
  message: string
}

export interface WholeDocument extends ListedDocument {
  passages: DocumentPassage[]
}
