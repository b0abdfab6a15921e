/** What Weave demands of feedback beyond its shape, by its type. */
import type { FeedbackCreate } from './bodies/feedback.ts';
import { MAX_FEEDBACK_PAYLOAD_BYTES, MAX_NOTE_CHARACTERS } from './limits.ts';

const REF = /^weave:\/\/\/[^/]+\/[^/]+\/(?<kind>call|object|op)\/(?<name>[^/:]+)/;
const REFS = ['annotation_ref', 'runnable_ref', 'call_ref', 'trigger_ref'] as const;
const SCORES = [
  'scorer_tags',
  'scorer_tag_reasons',
  'scorer_tag_confidences',
  'scorer_ratings',
  'scorer_rating_reasons',
  'scorer_rating_confidences',
] as const;

interface TypeRule {
  readonly prefix: string;
  /** Fields that only some types may carry; any other of them is refused. */
  readonly allows: readonly (keyof FeedbackCreate)[];
  wrong(feedback: FeedbackCreate): string | undefined;
}

/** The first rule whose prefix fits. */
const TYPE_RULES: readonly TypeRule[] = [
  {
    prefix: 'wandb.reaction.1',
    allows: [],
    wrong: ({ payload }) => (typeof payload['emoji'] === 'string' ? undefined : 'payload must have an emoji'),
  },
  {
    prefix: 'wandb.note.1',
    allows: [],
    wrong({ payload: { note } }) {
      const fits = typeof note === 'string' && note.length >= 1 && note.length <= MAX_NOTE_CHARACTERS;
      return fits ? undefined : `payload must have a note of 1 to ${MAX_NOTE_CHARACTERS} characters`;
    },
  },
  {
    prefix: 'wandb.annotation',
    allows: ['annotation_ref'],
    wrong(feedback) {
      if (!feedback.annotation_ref) return 'annotation_ref is required for annotation feedback';
      if (!('value' in feedback.payload)) return 'payload must have a value';
      return wrongName('wandb.annotation.', feedback.feedback_type, feedback.annotation_ref);
    },
  },
  {
    prefix: 'wandb.runnable',
    allows: ['runnable_ref', 'call_ref', 'trigger_ref', ...SCORES],
    wrong(feedback) {
      if (!feedback.runnable_ref) return 'runnable_ref is required for runnable feedback';
      if (partsOf(feedback.runnable_ref)?.kind === 'op' && !feedback.call_ref)
        return 'call_ref is required where runnable_ref is an op';
      if (!('output' in feedback.payload)) return 'payload must have an output';
      return wrongName('wandb.runnable.', feedback.feedback_type, feedback.runnable_ref);
    },
  },
  { prefix: '', allows: [], wrong: () => undefined },
];

/** What is wrong with feedback, or undefined. */
export function wrongWithFeedback(feedback: FeedbackCreate): string | undefined {
  if (!REF.test(feedback.weave_ref)) return `Invalid weave_ref '${feedback.weave_ref.slice(0, 64)}'`;
  if (feedback.feedback_type === '') return 'feedback_type must not be empty';
  const rule = TYPE_RULES.find(({ prefix }) => feedback.feedback_type.startsWith(prefix));
  for (const field of [...REFS, ...SCORES]) {
    if (feedback[field] != null && !rule?.allows.includes(field))
      return `${field} is not allowed on feedback of type ${feedback.feedback_type.slice(0, 64)}`;
  }
  if (Buffer.byteLength(JSON.stringify(feedback.payload)) > MAX_FEEDBACK_PAYLOAD_BYTES)
    return `payload is larger than ${MAX_FEEDBACK_PAYLOAD_BYTES} bytes`;
  return rule?.wrong(feedback);
}

function wrongName(prefix: string, type: string, ref: string): string | undefined {
  const name = partsOf(ref)?.name;
  if (name === undefined) return `Invalid ref '${ref.slice(0, 64)}'`;
  return type === prefix + name ? undefined : `feedback_type must be ${prefix}${name}, after the object it refers to`;
}

function partsOf(ref: string): { readonly kind: string; readonly name: string } | undefined {
  const groups = REF.exec(ref)?.groups;
  return groups && { kind: groups['kind'] ?? '', name: groups['name'] ?? '' };
}
