import type { Call, ProjectId } from '../core/call.ts';
import { isSame } from './json-bytes.ts';
import { ATTRIBUTES, FRONT, type Node } from './path-tree.ts';

/** What is read of a call. */
export type OpenCall = Pick<Call, 'json' | 'attributesAt' | 'summaryAt' | 'attributeNames'> &
  Partial<Pick<Call, 'projectId'>>;

/** How far a section of the call has been read. */
export interface Section {
  /** Where to read on; -1: there is no more. */
  next: number;
  /** Where the next section begins; -1: there is none. */
  end: number;
  /** The field within which `next` is, its members being read one by one. */
  within: Node | undefined;
}

/** The sections of the call that is open. Where their places are not known it is one. */
export interface Sections {
  begin(call: OpenCall): void;
  /** The one in which this field of the call stands. */
  of(field: Node): Section;
}

/** `skipsIds`: nobody asks for the ids with which a call begins. */
export function createSections(skipsIds: boolean): Sections {
  const front: Section = { next: -1, end: -1, within: undefined };
  const middle: Section = { next: -1, end: -1, within: undefined };
  const rear: Section = { next: -1, end: -1, within: undefined };
  let areKnown = false;
  /** The call, until its front is asked for. */
  let unread: OpenCall | undefined;

  /** Most calls are not asked for anything at their front: its memory is not touched before. */
  function frontOf(): Section {
    if (unread) front.next = behindIds(unread);
    unread = undefined;
    return front;
  }

  return {
    begin(call) {
      const { attributesAt = -1, summaryAt = -1 } = call;
      areKnown = attributesAt > 0 && summaryAt > 0;
      set(front, 1, areKnown ? attributesAt : -1);
      unread = areKnown && skipsIds ? call : undefined;
      set(middle, attributesAt, summaryAt);
      set(rear, summaryAt, -1);
    },
    of({ section }) {
      if (!areKnown || section === FRONT) return frontOf();
      return section === ATTRIBUTES ? middle : rear;
    },
  };
}

/** The fields with which the bridge's own writer begins a call: their lengths are known but for the project's. */
export const IDS = ['project_id', 'id', 'trace_id'] as const;
const IDS_BYTES = `{"project_id":"","id":"${'0'.repeat(16)}","trace_id":"${'0'.repeat(32)}"`.length;
const PARENT = Buffer.from(',"parent_id":');

/** Where the fields go on behind the ids; in a call that begins otherwise, where they begin. */
export function behindIds({ json, projectId = '' as ProjectId }: OpenCall): number {
  const place = IDS_BYTES + projectId.length;
  return isSame(json, place, place + PARENT.length, PARENT) ? place : 1;
}

function set(section: Section, next: number, end: number): void {
  section.next = next;
  section.end = end;
  section.within = undefined;
}
