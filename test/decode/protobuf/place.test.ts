import { describe, expect, it } from '@jest/globals';
import { decodeTraces } from '../../../src/decode/protobuf/traces.ts';
import { ids, lengthField, requestOf, requestWithValue, varintField } from '../support/wire.ts';

const cutString = Buffer.from('0a05616263', 'hex');

describe('damage', () => {
  it.each<[string, Buffer, string]>([
    ['in a tag of the request', Buffer.from('85', 'hex'), 'at byte 0, the request: varint cut off'],
    ['in a length of the request', Buffer.from('0a05', 'hex'), 'at byte 0, resource_spans[0]: 5 bytes'],
    ['in the second resource', Buffer.from('0a000a05', 'hex'), 'at byte 2, resource_spans[1]: 5 bytes'],
    [
      'in a scope name',
      lengthField(1, lengthField(2, lengthField(1, cutString))),
      'at byte 6, resource_spans[0].scope_spans[0].scope.name: 5 bytes expected where 3 are left',
    ],
    [
      'in a span',
      requestOf(ids, varintField(5, 1)),
      'at byte 34, resource_spans[0].scope_spans[0].spans[0]: name has wire type 0 instead of 2',
    ],
    [
      'in the second attribute',
      requestOf(ids, lengthField(9), lengthField(9, cutString)),
      'at byte 38, resource_spans[0].scope_spans[0].spans[0].attributes[1].key: 5 bytes',
    ],
    [
      'in a value',
      requestWithValue(lengthField(5, lengthField(1, lengthField(1, 'ok')), lengthField(1, cutString))),
      'at byte 51, resource_spans[0].scope_spans[0].spans[0].attributes[0].value.array_value.values[1].string_value: 5',
    ],
  ])('%s is named', (_what, body, place) => {
    const decoded = decodeTraces(body);
    expect(decoded).toMatchObject({
      status: 'invalid',
      message: expect.stringContaining(`protobuf is damaged ${place}`),
    });
  });
});
