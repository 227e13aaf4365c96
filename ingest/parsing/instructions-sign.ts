/** A form of words that speaks for an order to an assistant. */
export interface Sign {
  /** How much it says alone; three together say that somebody gives orders. */
  weight: 1 | 2 | 3
  /** Signs of one group count once: the heaviest. */
  group: 'address' | 'override' | 'answer' | 'secrecy' | 'abuse'
  form: RegExp
}
