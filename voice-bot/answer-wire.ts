/** As the HTTP API gives it (`Citation` in /openapi.json). */
export interface CitationWire {
  n: number
  quote: string
  passage_id: string
  heading: string[]
  url: string
  document: {
    id: string
    source: string
    path: string
    url: string
    title: string
    owners: string[]
    kind: 'page' | 'alert' | 'api' | 'discussion'
    lang: 'en' | 'ja'
    edited_at: string
    edited_by?: string | undefined
    masked_secrets: number
  }
  freshness: {
    state: 'verified' | 'fresh' | 'aging' | 'stale' | 'suspect' | 'contradicted' | 'evergreen'
    edited_at: string
    document_edited_at: string
    verified_at?: string | undefined
    verified_by?: string | undefined
    review_due_at?: string | undefined
    reasons: string[]
    broken_references: { target: string; line: number }[]
    contradicted_by: { passage_id: string; document_id: string; title: string; ours: string; theirs: string }[]
  }
}

/** As the HTTP API gives it (`Answer` in /openapi.json). */
export interface AnswerWire {
  answer: string
  spoken: string
  abstained: boolean
  confidence: number
  lang: 'en' | 'ja'
  citations: CitationWire[]
  warnings: { code: string; message: string }[]
  conversation_id: string
  trace_id: string
  provider: string
  timings_ms: Record<string, number>
  cost_usd: number
}
