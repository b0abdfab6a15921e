/** A request in the queue, without its body. */
export interface Item {
  readonly id: number;
  /** Length of the body. */
  readonly bytes: number;
  readonly spans: number;
}
