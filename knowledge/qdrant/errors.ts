import { OpsError } from '#runtime/errors.ts'

/** Nothing answers at that address, or not in time. */
export class QdrantUnreachableError extends OpsError {
  override readonly name = 'QdrantUnreachableError'
  readonly code = 'qdrant_unreachable'
  readonly retryable = true
  readonly userMessage: string
  constructor(host: string, why: string, options?: ErrorOptions) {
    super(`Qdrant at ${host} can't be reached: ${why}`, options)
    this.userMessage = `Qdrant at ${host} can't be reached: ${why}. Check that it runs and that QDRANT_URL is its address.`
  }
}

/** It answers, but has too much to do, or is just starting. */
export class QdrantBusyError extends OpsError {
  override readonly name = 'QdrantBusyError'
  readonly code = 'qdrant_busy'
  readonly retryable = true
  readonly userMessage: string
  constructor(host: string, status: number, said: string, options?: ErrorOptions) {
    super(`Qdrant at ${host} answered ${status}: ${said}`, options)
    this.userMessage = `Qdrant at ${host} is overloaded or restarting (it answered ${status}). Try again in a minute; if it stays so, look at its log.`
  }
}

/** The key is missing, wrong, or may only read. */
export class QdrantKeyError extends OpsError {
  override readonly name = 'QdrantKeyError'
  readonly code = 'qdrant_key_refused'
  readonly retryable = false
  readonly userMessage: string
  constructor(host: string, options?: ErrorOptions) {
    super(`Qdrant at ${host} refused the key`, options)
    this.userMessage = `Qdrant at ${host} refused the key. Set QDRANT_API_KEY to one that may read and write.`
  }
}

/** It refused what we asked; mostly it is older than what we need, or the collection was made by somebody else. */
export class QdrantRefusedError extends OpsError {
  override readonly name = 'QdrantRefusedError'
  readonly code = 'qdrant_refused'
  readonly retryable = false
  readonly userMessage: string
  readonly status: number
  constructor(host: string, status: number, said: string, options?: ErrorOptions) {
    super(`Qdrant at ${host} answered ${status}: ${said}`, options)
    this.status = status
    this.userMessage = `Qdrant at ${host} refused a request: ${said}. It must be version 1.16 or later, and its collections must be Nightdesk's own.`
  }
}

/** Its disk or quota is full; what was stored before is as it was. */
export class QdrantFullError extends OpsError {
  override readonly name = 'QdrantFullError'
  readonly code = 'qdrant_full'
  readonly retryable = false
  readonly userMessage: string
  constructor(host: string, said: string, options?: ErrorOptions) {
    super(`Qdrant at ${host} has no room left: ${said}`, options)
    this.userMessage = `Qdrant at ${host} has no room left. Give it more disk or a higher quota; nothing that was stored is lost, and search goes on.`
  }
}

/** Something answers there that doesn't speak as Qdrant does. */
export class QdrantAnswerError extends OpsError {
  override readonly name = 'QdrantAnswerError'
  readonly code = 'qdrant_not_understood'
  readonly retryable = false
  readonly userMessage: string
  constructor(host: string, options?: ErrorOptions) {
    super(`What answers at ${host} is no Qdrant, or one that we don't understand`, options)
    this.userMessage = `What answers at ${host} is no Qdrant, or one that Nightdesk doesn't understand. Check QDRANT_URL, and that its version is 1.16 or later.`
  }
}
