/** What the bridge needs of a Kafka client: one membership in a consumer group, from its start to whatever ends it. */

export interface Position {
  readonly topic: string;
  readonly partition: number;
  readonly offset: bigint;
  /** The reign of the partition's leader that the message was written under. */
  readonly leaderEpoch: number;
}

export interface KafkaMessage extends Position {
  /** Empty where the message has none. */
  readonly value: Uint8Array;
  /** The header `project_id`. */
  readonly projectHeader: string | undefined;
}

export interface KafkaSession {
  /**
   * Those of each partition in their order, read ahead no further than a fetch. After a rebalance some come again.
   * Ends when the signal of `OpenSession` aborts; throws where the connection or the membership is lost.
   */
  readonly messages: AsyncIterable<KafkaMessage>;
  /** Stores where the group goes on: at these offsets. False where that failed, or cannot be done now. Never rejects. */
  commit(next: readonly Position[]): Promise<boolean>;
  /** Leaves the group and closes all connections. Takes no longer than `closeMs`. Never rejects. */
  close(closeMs: number): Promise<void>;
}

/** Resolves once the group has been joined and its offsets are known; rejects where that fails. */
export type OpenSession = (signal: AbortSignal) => Promise<KafkaSession>;
