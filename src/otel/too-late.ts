/**
 * Whether a function of the app that has to answer at once was written as an async one. What such a one throws is heard here:
 * nobody else would, and Node would end the app.
 */
export function isTooLate(answer: unknown): answer is Promise<unknown> {
  if (!(answer instanceof Promise)) return false;
  answer.catch(() => undefined);
  return true;
}
