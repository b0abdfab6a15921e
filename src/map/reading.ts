import type { Choice } from './chat/message.ts';
import type { SourceMessage } from './chat/pieces.ts';

/** What a span stands for, whatever its convention calls it. */
export type Kind =
  | 'llm'
  | 'agent'
  | 'tool'
  | 'chain'
  | 'workflow'
  | 'task'
  | 'retriever'
  | 'reranker'
  | 'embedding'
  | 'guardrail'
  | 'evaluator';

/**
 * What the rules of all conventions found in one span, in neutral terms.
 * A member is absent where no rule found it: nothing here is guessed.
 */
export interface Reading {
  kind: Kind;
  /** The convention's own word for what was done: `chat`, `ai.generateText`, `execute_tool`. */
  operation: string;
  /** A stable name for the op, where the convention has a better one than the span's name. */
  opName: string;
  displayName: string;
  requestModel: string;
  responseModel: string;
  provider: string;
  responseId: string;
  /** Model parameters by their OpenAI name: temperature, max_tokens … */
  parameters: Readonly<Record<string, unknown>>;
  system: unknown;
  messages: readonly SourceMessage[];
  toolDefinitions: readonly unknown[];
  choices: readonly Choice[];
  finishReasons: readonly string[];
  /** What went in and came out of a span that is no model call. */
  input: unknown;
  output: unknown;
  toolName: string;
  toolCallId: string;
  toolArguments: unknown;
  toolResult: unknown;
  toolDescription: string;
  query: string;
  documents: readonly unknown[];
  embeddingInput: unknown;
  embeddingDimensions: number;
  inputTokens: number;
  outputTokens: number;
  totalTokens: number;
  cacheReadTokens: number;
  cacheWriteTokens: number;
  reasoningTokens: number;
  audioInputTokens: number;
  audioOutputTokens: number;
  /** The tokens were not used here: another span states them too, and with the model, or they were only measured. */
  notCounted: boolean;
  /**
   * A span above sums up these tokens when it ends. It may never end: they count here where no other span above or below
   * states any.
   */
  standsIn: boolean;
  /** Whether the input count leaves cached tokens out: known for some producers only. */
  inputExcludesCache: boolean;
  /** US dollars, where the instrumentation worked them out. */
  cost: number;
  timeToFirstTokenMs: number;
  /** What evaluators found: `{name, score, label, explanation}`. */
  evaluations: readonly Readonly<Record<string, unknown>>[];
  /** The template that a prompt was filled in from, and what it was filled with. */
  promptTemplate: Readonly<Record<string, unknown>>;
  /** A managed prompt that the call was made from. */
  promptName: string;
  promptVersion: string;
  environment: string;
  release: string;
  agentName: string;
  agentId: string;
  userId: string;
  threadId: string;
  isTurn: boolean;
  /** When it began and ended, for spans that come without times. Nanoseconds since the Unix epoch. */
  startNs: bigint;
  endNs: bigint;
  tags: readonly string[];
  metadata: Readonly<Record<string, unknown>>;
  /** A failure that the span's status does not tell. */
  failure: string;
  runId: string;
  runStep: number;
  runStepEnd: number;
  /** `wandb.attributes`: merged on top of the call's attributes. */
  extraAttributes: Readonly<Record<string, unknown>>;
}

export type Field = keyof Reading;
