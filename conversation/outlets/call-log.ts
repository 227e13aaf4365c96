/**
 * Told that a turn of a conversation was taken aloud, and is stored: where it goes on with something that others read, it
 * is written down there. For any other conversation it does nothing.
 */
export type CallLog = (conversationId: string, signal: AbortSignal) => Promise<void>
