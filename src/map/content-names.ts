/**
 * What a key says of its value, by its words: `acme.userPrompt`, `acme.user_prompt` and `acme:user-prompt` say the same.
 * For keys that no convention knows, and for members of objects.
 */

/** Below such a part of a key everything is content, whatever it is called. */
const GIVEN = /(^|[._])(arguments?|args|kwargs|variables|parameter)(\.|$)/;

/** Why something failed is not what was said, although it may quote it. */
const ERROR = /(^|[._])(errors?|exception|stacktrace|status_message)(\.|$)/;

/** What was counted or measured, and names of what was said: `prompt_tokens`, `prompt.name`, `output.type`. */
const MEASURED =
  /(^|[._])(token_count|usage|cost)\.|(^|[._])(ids?|names?|types?|kinds?|models?|versions?|roles?|tokens?|token_count|counts?|size|length|bytes|index|ms|seconds|duration|status|reasons?|score|cost|price|rate|level|effort|key|first_chunk|first_token)$/;

/** A part of a key that ends in such a word holds what was said, given, asked or answered. */
const SAID =
  /(^|[._])(prompts?|completions?|messages?|msg|contents?|texts?|inputs?|outputs?|results?|quer(y|ies)|questions?|answers?|bod(y|ies)|payload|statement|transcript(ion)?s?|instructions?|documents?|chunks?|history|reasoning|thinking|thoughts?|prediction|response_format|schema|template|descriptions?|explanation|rationale|summary|preview|snippet|utterance|comment|notes?|stop|stop_sequences|suffix|generations?|embeddings?|vectors?)(\.|$)|(^|[._])(requests?|responses?|repl(y|ies)|data|diff|feedback)$/;

/** Members of objects that hold a word rather than words: an id, a name, a setting. */
const NAMED =
  /(^|[._])(ids?|names?|types?|kinds?|models?|versions?|roles?|providers?|system|status|state|reasons?|tier|effort|level|choice|format|mode|method|operation|environment|release|region|language|locale|tags?|labels?|users?|tenants?|sessions?|threads?|runs?|code|unit|currency)$/;

/** Whether the name of a value tells that it is what people and models said, or what tools were given and gave. */
export function isContentName(key: string): boolean {
  const name = words(key);
  if (ERROR.test(name)) return false;
  if (GIVEN.test(name)) return true;
  return !MEASURED.test(name) && SAID.test(name);
}

/** Whether the name of a member tells that its text is an id, a name or a setting. */
export function isNamed(key: string): boolean {
  const name = words(key);
  return NAMED.test(name) && !isContentName(key);
}

/** Whether it is about a failure. */
export function isError(key: string): boolean {
  return ERROR.test(words(key));
}

function words(key: string): string {
  return key
    .slice(-MAX_NAME)
    .replace(/([a-z0-9])([A-Z])/g, '$1_$2')
    .toLowerCase()
    .replace(/[:/]/g, '.')
    .replace(/[- ]/g, '_');
}

/** Of a longer key the end is looked at. In characters. */
const MAX_NAME = 512;
