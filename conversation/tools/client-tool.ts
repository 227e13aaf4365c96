/** A tool that runs at the client: it is told of by a `tool` event, and its result comes back as a `tool-result`. */
export interface ClientTool {
  name: string
  /** For a model: what it does, and when to call it. */
  description: string
  /** JSON Schema of its arguments. What we can't check by it is left to the client to check. */
  parameters: Readonly<Record<string, unknown>>
}

/** What a client can do in a turn. */
export interface OfferedTools {
  tools: readonly ClientTool[]
  /** One of them has to be called before anything is said; else a model decides. */
  mustCall?: boolean | undefined
}
