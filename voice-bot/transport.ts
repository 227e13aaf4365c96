/** What a client's link tells. Everything comes in order, and nothing comes after `closed`. */
export interface LinkListener {
  /** One event of the client's, as JSON that nobody has looked at. */
  message(json: string): void
  /** Mono PCM16 of the client's audio track, in pieces of any length; links without a track never call it. */
  audio(samples: Int16Array, sampleRate: number): void
  /** All that was given to `track.play` has been heard. */
  played(): void
  /** The link is gone, from whichever side. */
  closed(reason: string): void
}

/** Where our voice goes when it doesn't go as events. All times count from the first sample that it was ever given. */
export interface AudioTrack {
  /** Plays it right after all that it was given before. Resamples where it must; keeps no reference to `samples`. */
  play(samples: Int16Array, sampleRate: number): void
  /** Falls silent within one frame and drops the rest, also what is held. Returns `playedMs` as it stays. */
  clear(): number
  /** Falls silent within one frame and keeps the rest; nothing happens where nothing is playing. */
  hold(): void
  /** Goes on where it stopped. */
  goOn(): void
  /** How much of what it was given has really been sent to be heard; silence between, and what was cleared, don't count. */
  readonly playedMs: number
}

/**
 * One client's link: events both ways, and audio beside them where the link has tracks. It neither knows nor keeps
 * sessions: a session that is resumed gets a new link.
 */
export interface Transport {
  /** For logs and metrics. */
  readonly kind: 'websocket' | 'webrtc'
  /** Absent: audio goes as events (`input_audio_buffer.append`, `response.output_audio.delta`). */
  readonly track?: AudioTrack | undefined
  /** Begins to tell; called once. What came before is told first. */
  listen(listener: LinkListener): void
  /**
   * Sends one event and never waits. A client that doesn't read is hung up on, not buffered without bound. Nothing
   * happens once the link is closed.
   */
  send(json: string): void
  /** Says goodbye and hangs up; `closed` is told. @param code Of RFC 6455; links without codes drop it. */
  close(code: number, reason: string): void
}
