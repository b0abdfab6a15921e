import type { Call } from '../core/call.ts';
import { ATTRIBUTES, FRONT, type Node } from './path-tree.ts';

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
  begin(call: Pick<Call, 'attributesAt' | 'summaryAt'>): void;
  /** The one in which this field of the call stands. */
  of(field: Node): Section;
}

export function createSections(): Sections {
  const front: Section = { next: -1, end: -1, within: undefined };
  const middle: Section = { next: -1, end: -1, within: undefined };
  const rear: Section = { next: -1, end: -1, within: undefined };
  let areKnown = false;
  return {
    begin({ attributesAt = -1, summaryAt = -1 }) {
      areKnown = attributesAt > 0 && summaryAt > 0;
      set(front, 1, areKnown ? attributesAt : -1);
      set(middle, attributesAt, summaryAt);
      set(rear, summaryAt, -1);
    },
    of({ section }) {
      if (!areKnown || section === FRONT) return front;
      return section === ATTRIBUTES ? middle : rear;
    },
  };
}

function set(section: Section, next: number, end: number): void {
  section.next = next;
  section.end = end;
  section.within = undefined;
}
