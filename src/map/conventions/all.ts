import type { Convention } from '../rule.ts';
import { agentOps } from './agentops.ts';
import { anthropicSdk } from './anthropic-sdk.ts';
import { beeAi } from './beeai.ts';
import { braintrust } from './braintrust.ts';
import { claudeCode } from './claude-code.ts';
import { codex } from './codex.ts';
import { crewAi } from './crewai.ts';
import { flue } from './flue.ts';
import { geminiCli } from './gemini-cli.ts';
import { genAi } from './gen-ai.ts';
import { genAiPresence } from './gen-ai-presence.ts';
import { genkit } from './genkit.ts';
import { googleAdk } from './google-adk.ts';
import { haystack } from './haystack.ts';
import { koog } from './koog.ts';
import { laminar } from './laminar.ts';
import { langfuse } from './langfuse.ts';
import { langsmith } from './langsmith.ts';
import { litellm } from './litellm.ts';
import { livekit } from './livekit.ts';
import { llamaIndex } from './llama-index.ts';
import { logfire } from './logfire.ts';
import { mastra } from './mastra.ts';
import { mastraTelemetry } from './mastra-telemetry.ts';
import { mcp } from './mcp.ts';
import { microsoft } from './microsoft.ts';
import { mlflow } from './mlflow.ts';
import { n8n } from './n8n.ts';
import { openInference } from './openinference.ts';
import { openLit } from './openlit.ts';
import { openLlmetry } from './openllmetry.ts';
import { openRouter } from './openrouter.ts';
import { pydanticAi } from './pydantic-ai.ts';
import { springAi } from './spring-ai.ts';
import { strands } from './strands.ts';
import { vectorDb } from './vector-db.ts';
import { vercelAi } from './vercel-ai.ts';
import { voltAgent } from './voltagent.ts';
import { wandb } from './wandb.ts';
import { weaveAgents } from './weave-agents.ts';

/**
 * Every convention, in order of precedence: for each field the first one that finds something wins.
 * What an app says to Weave directly comes first, then what one SDK says of itself, then the shared conventions.
 */
export const CONVENTIONS: readonly Convention[] = [
  wandb,
  weaveAgents,
  langfuse,
  langsmith,
  laminar,
  braintrust,
  mlflow,
  mastra,
  mastraTelemetry,
  genkit,
  beeAi,
  haystack,
  voltAgent,
  openRouter,
  litellm,
  microsoft,
  openLit,
  agentOps,
  springAi,
  koog,
  n8n,
  googleAdk,
  strands,
  claudeCode,
  anthropicSdk,
  codex,
  geminiCli,
  livekit,
  flue,
  crewAi,
  llamaIndex,
  pydanticAi,
  logfire,
  vercelAi,
  genAi,
  mcp,
  openInference,
  openLlmetry,
  vectorDb,
  genAiPresence,
];
