/** Spellings of providers, and the name that the GenAI conventions give them. The first row that matches wins. */
const PROVIDERS: readonly (readonly [RegExp, string])[] = [
  [/^(azure\.ai\.openai|az\.ai\.openai|azure[-_]?openai|azure)(\.|$)|\.openai\.azure\.com$/, 'azure.ai.openai'],
  [/^(azure\.ai\.inference|az\.ai\.inference)|\.services\.ai\.azure\.com$/, 'azure.ai.inference'],
  [/^(openai|api\.openai\.com)(\.|$)/, 'openai'],
  [/^(anthropic|claude)(\.|$)/, 'anthropic'],
  [/^(aws\.bedrock|bedrock|amazon[-_]bedrock|aws[-_]bedrock|amazon|aws)(\.|-|$)/, 'aws.bedrock'],
  [/^(gcp\.vertex_ai|vertex(_?ai|\.|$)|google[-.]vertex)|\.aiplatform\.googleapis\.com$/, 'gcp.vertex_ai'],
  [/^(gcp\.gemini|gemini|googleai|google\.generative-ai|google-gla)|^generativelanguage\./, 'gcp.gemini'],
  [/^(gcp\.gen_ai|google|google_genai)$/, 'gcp.gen_ai'],
  [/^mistral/, 'mistral_ai'],
  [/^(x_?ai|grok|api\.x\.ai)(\.|$)/, 'x_ai'],
  [/^(perplexity|sonar)/, 'perplexity'],
  [/^(ibm|watsonx)/, 'ibm.watsonx.ai'],
  [/^(moonshot)/, 'moonshot_ai'],
];

/** Frameworks and gateways that name themselves where the provider belongs. */
const FRAMEWORKS =
  /^(lang(chain|graph)|llama_?index|haystack|smolagents|agno|dspy|strands|gcp\.vertex\.agent|autogen|microsoft\.agent_framework|crewai|openrouter|litellm|vercel|gateway|spring_ai)/;

/** Some name the host that was called where it is none that they know: it says nothing of who made the model. */
const OWN_HOST = /^(localhost|\d{1,3}(\.\d{1,3}){3})(:\d+)?$|:\d+$/;

/** Whose model it is, where the model's name gives it away. */
const MODELS: readonly (readonly [RegExp, string])[] = [
  [/(^|\/)(gpt-|o[134](-|$)|text-embedding-|chatgpt|dall-e|whisper)/, 'openai'],
  [/(^|[/.])claude/, 'anthropic'],
  [/(^|\/)gemini/, 'gcp.gemini'],
  [/(^|\/)(mistral|mixtral|codestral)/, 'mistral_ai'],
  [/(^|\/)grok/, 'x_ai'],
  [/(^|\/)command-/, 'cohere'],
  [/(^|\/)deepseek/, 'deepseek'],
];

/** What the AI SDK adds: `groq.chat`. */
const MODEL_TYPE = /\.(chat|completion|responses|embedding|rerank|image|speech|transcription)$/;

/** The provider in the spelling of the GenAI conventions; unknown names stay as they are, names of frameworks do not. */
export function providerOf(said: string | undefined, model: string | undefined): string | undefined {
  const name = said?.toLowerCase();
  if (name !== undefined && !FRAMEWORKS.test(name) && !OWN_HOST.test(name))
    return PROVIDERS.find(([pattern]) => pattern.test(name))?.[1] ?? name.replace(MODEL_TYPE, '');
  const bare = model?.toLowerCase();
  return bare && MODELS.find(([pattern]) => pattern.test(bare))?.[1];
}
