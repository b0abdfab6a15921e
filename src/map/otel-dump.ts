import type { Attributes, Resource, Scope, Span, SpanEvent, SpanLink } from '../core/span.ts';
import { parseJson, textOfValue } from './json-text.ts';
import { fillTemplate, nestTemplate } from './nest.ts';
import { withoutHalves } from './surrogates.ts';

const KINDS = ['UNSPECIFIED', 'INTERNAL', 'SERVER', 'CLIENT', 'PRODUCER', 'CONSUMER'];
const STATUS_CODES = ['UNSET', 'OK', 'ERROR'];

export interface OtelDump {
  /**
   * The whole span as JSON text in the shape of Weave's own OTLP endpoint, with scope, schema URLs, flags and dropped counts beside it.
   * Its attributes come nested already.
   */
  write(span: Span, attributes: string, startedAt: string, endedAt: string): string;
}

/** Texts of resources and scopes are remembered while their objects live: all spans of a request share them. */
export function createOtelDump(): OtelDump {
  const resources = new WeakMap<Resource, string>();
  const scopes = new WeakMap<Scope, string>();

  function remembered<T extends object>(memory: WeakMap<T, string>, object: T, write: (object: T) => string): string {
    const known = memory.get(object);
    if (known !== undefined) return known;
    const text = withoutHalves(write(object));
    memory.set(object, text);
    return text;
  }

  return {
    write(span, attributes, startedAt, endedAt) {
      return (
        `{"name":${JSON.stringify(span.name)},"context":{"trace_id":"${span.traceId}","span_id":"${span.spanId}","trace_state":${JSON.stringify(span.traceState)}}` +
        `,"kind":"${KINDS[span.kind] ?? span.kind}","parent_id":${span.parentSpanId === '' ? 'null' : `"${span.parentSpanId}"`}` +
        `,"start_time":"${startedAt}","end_time":"${endedAt}","start_time_unix_nano":"${span.startNs}","end_time_unix_nano":"${span.endNs}"` +
        `,"status":{"code":"${STATUS_CODES[span.status.code] ?? span.status.code}","message":${JSON.stringify(span.status.message)}}` +
        `,"attributes":${attributes},"events":[${span.events.map(eventText).join()}],"links":[${span.links.map(linkText).join()}]` +
        `,"resource":${remembered(resources, span.resource, resourceText)},"scope":${remembered(scopes, span.scope, scopeText)},"flags":${span.flags}` +
        `,"dropped_attributes_count":${span.droppedAttributesCount},"dropped_events_count":${span.droppedEventsCount},"dropped_links_count":${span.droppedLinksCount}}`
      );
    },
  };
}

/** Attributes nested by the dots of their keys, JSON held in strings unpacked, as Weave does. */
function nestedText(attributes: Attributes): string {
  if (attributes.size === 0) return '{}';
  const template = nestTemplate([...attributes.keys()]);
  const texts: string[] = [];
  for (const value of attributes.values())
    texts.push(typeof value === 'string' && parseJson(value) !== undefined ? value : textOfValue(value));
  return fillTemplate(template, texts);
}

/** `timestamp` is an integer of nanoseconds, as Weave has it, with all its digits: a reader that parses into doubles sees it rounded. */
function eventText(event: SpanEvent): string {
  return `{"name":${JSON.stringify(event.name)},"timestamp":${event.timeNs},"attributes":${nestedText(event.attributes)},"dropped_attributes_count":${event.droppedAttributesCount}}`;
}

function linkText(link: SpanLink): string {
  return `{"trace_id":"${link.traceId}","span_id":"${link.spanId}","trace_state":${JSON.stringify(link.traceState)},"attributes":${nestedText(link.attributes)},"dropped_attributes_count":${link.droppedAttributesCount},"flags":${link.flags}}`;
}

function resourceText(resource: Resource): string {
  return `{"attributes":${nestedText(resource.attributes)},"dropped_attributes_count":${resource.droppedAttributesCount},"schema_url":${JSON.stringify(resource.schemaUrl)}}`;
}

function scopeText(scope: Scope): string {
  return `{"name":${JSON.stringify(scope.name)},"version":${JSON.stringify(scope.version)},"attributes":${nestedText(scope.attributes)},"dropped_attributes_count":${scope.droppedAttributesCount},"schema_url":${JSON.stringify(scope.schemaUrl)}}`;
}
