import { describe, expect, it } from '@jest/globals';
import { call, idOf, PROJECT, startWorld, TRACE, type World } from '../world.ts';

const tracePath = `/traces/${PROJECT}/${TRACE}`;
const HOSTILE = `"'><script>alert(1)</script><img src=x onerror=alert(1)>`;

/** The page without its tags, as a reader sees it. */
async function seen(world: World, path: string): Promise<string> {
  const { text } = await world.get(path);
  return text
    .replace(/<title>.*?<\/title>/, '')
    .replace(/<[^>]*>/g, ' ')
    .replace(/\s+/g, ' ')
    .replaceAll('&quot;', '"')
    .replaceAll('&gt;', '>');
}

describe('the list of traces', () => {
  it('says how to send a span while there is none', async () => {
    const world = await startWorld({ otlpUrl: () => 'http://localhost:9999' });
    expect(await seen(world, '/')).toMatch(/No traces yet .* http:\/\/localhost:9999\/v1\/traces/);
    expect(await seen(world, `/?project=${PROJECT}`)).toContain(`No traces in ${PROJECT} yet`);
  });

  it('shows of each trace its root, newest first, with all tokens of the trace', async () => {
    const world = await startWorld();
    const usage = { usage: { m: { input_tokens: 1000, output_tokens: 200 } } };
    await world.write(
      call({ id: idOf(1), display_name: 'Morning <run>', trace_id: '1'.repeat(32), attributes: { kind: 'agent' } }),
      call({
        id: idOf(2),
        parent_id: idOf(1),
        trace_id: '1'.repeat(32),
        summary: usage,
        started_at: '2026-11-20T07:00:00Z',
      }),
      call({
        id: idOf(3),
        op_name: 'Evening run',
        trace_id: '2'.repeat(32),
        started_at: '2026-11-20T20:00:00Z',
        exception: 'no',
      }),
    );
    const text = await seen(world, '/');
    expect(text).toMatch(
      /Evening run error .* 1 acme\/shop Morning &lt;run> agent success .* 1\.50 s 2 1,200 acme\/shop/,
    );
  });

  it('shows a trace whose root has not come', async () => {
    const world = await startWorld();
    await world.write(call({ op_name: 'orphan', parent_id: idOf(99) }));
    expect(await seen(world, '/')).toContain('orphan');
  });

  it('has pages, and one project alone', async () => {
    const world = await startWorld();
    const traceId = (index: number) => idOf(index).padStart(32, '0');
    const at = (index: number) => `2026-11-20T08:${String(index).padStart(2, '0')}:00Z`;
    await world.write(
      ...Array.from({ length: 55 }, (_, i) =>
        call({ id: idOf(i), trace_id: traceId(i), op_name: `run-${i}.`, started_at: at(i) }),
      ),
    );
    await world.post('/v2/acme/other/calls/complete', {
      batch: [call({ project_id: 'acme/other', op_name: 'other-run' })],
    });
    const first = await world.get(`/?project=${PROJECT}`);
    expect(first.text).toContain('run-54.');
    expect(first.text).toContain('run-5.');
    expect(first.text).not.toContain('run-4.');
    expect(first.text).not.toContain('other-run');
    const next = /href="([^"]*)">next/.exec(first.text)?.[1] ?? '';
    const second = await world.get(next.replaceAll('&amp;', '&'));
    expect(second.text).toContain('run-4.');
    expect(second.text).not.toContain('run-5.');
    expect(second.text).not.toContain('other-run');
    expect(second.text).toContain('previous');
    expect(second.text).not.toContain('next');
    expect((await world.get('/?page=2')).text).toContain('other-run');
  });
});

describe('the page of a trace', () => {
  const chat = {
    inputs: {
      model: 'gpt-5',
      messages: [
        { role: 'system', content: 'Be brief.' },
        {
          role: 'user',
          content: [
            { type: 'text', text: 'Weather?' },
            { type: 'image_url', image_url: { url: 'data:image/png;base64,AAAA' } },
            { type: 'image_url', image_url: { url: 'https://tracker.example/x.png' } },
          ],
        },
        {
          role: 'assistant',
          content: null,
          tool_calls: [{ id: 'c1', type: 'function', function: { name: 'get_weather', arguments: '{"city":"Oslo"}' } }],
        },
        { role: 'tool', tool_call_id: 'c1', content: '3 degrees' },
      ],
    },
    output: { choices: [{ index: 0, message: { role: 'assistant', content: 'Cold.' } }] },
    attributes: { kind: 'llm', model: 'gpt-5-2026' },
    summary: { usage: { 'gpt-5-2026': { input_tokens: 1057, output_tokens: 12 } } },
    otel_dump: { name: 'the span' },
  };

  it('shows the calls as a tree and the first call beside it', async () => {
    const world = await startWorld();
    await world.write(call({ id: idOf(1), op_name: 'root' }), call({ id: idOf(2), parent_id: idOf(1), ...chat }));
    const text = await seen(world, tracePath);
    expect(text).toMatch(/2 calls a{32} .*root .*chat llm gpt-5-2026 1,069 tok 1\.50 s .*root Status success/);
    expect(text).not.toContain('Cold.');
  });

  it('shows the chosen call: chat as a conversation, usage, attributes and the span', async () => {
    const world = await startWorld();
    await world.write(call({ id: idOf(2), ...chat }));
    await world.post('/feedback/create', {
      project_id: PROJECT,
      weave_ref: `weave:///${PROJECT}/call/${idOf(2)}`,
      feedback_type: 'bridge.quality',
      payload: { good: 'very' },
    });
    const text = await seen(world, `${tracePath}?call=${idOf(2)}`);
    for (const part of [
      /gpt-5-2026 input tokens 1,057 output tokens 12/,
      /system Be brief\. user Weather\? image: https:\/\/tracker\.example\/x\.png/,
      /assistant → get_weather c1 \{ "city": "Oslo" \} tool answers c1 3 degrees/,
      /Parameters \{ "model": "gpt-5" \}/,
      /Output assistant Cold\./,
      /Feedback \(1\) bridge\.quality .*"good": "very"/,
      /Attributes .*"kind": "llm"/,
      /OpenTelemetry span \{ "name": "the span" \}/,
    ]) {
      expect(text).toMatch(part);
    }
    const { text: page } = await world.get(`${tracePath}?call=${idOf(2)}`);
    expect(page).toContain('<img src="data:image/png;base64,AAAA"');
    expect(page).not.toMatch(/(?:src|href)="https?:/);
  });

  it('shows feedback in short, score and reason first, and marks the call in the tree', async () => {
    const world = await startWorld();
    await world.write(call({ id: idOf(1), op_name: 'root' }), call({ id: idOf(2), parent_id: idOf(1) }));
    const judged = {
      output: { score: 0.5, deep: { x: 1 } },
      rule: 'judge',
      reason: 'It says what was asked, and a little more.',
      label: 'good',
      nothing: null,
    };
    for (const payload of [judged, { output: true }]) {
      await world.post('/feedback/create', {
        project_id: PROJECT,
        weave_ref: `weave:///${PROJECT}/call/${idOf(2)}`,
        feedback_type: 'bridge.quality',
        payload,
      });
    }
    const text = await seen(world, `${tracePath}?call=${idOf(2)}`);
    expect(text).toMatch(/2 calls .*chat ★ 2 .*Feedback \(2\)/);
    expect(text.match(/★/g)).toHaveLength(1);
    expect(text).toContain(
      'score 0.5 label good reason It says what was asked, and a little more. rule judge Whole payload',
    );
    expect(text).toContain('output true Whole payload');
  });

  it.each([
    ['inputs that are no chat', { inputs: { messages: [{ text: 'x' }] } }, '"messages": ['],
    ['an output that is text', { output: 'line\nbreak' }, 'line break'],
    ['an exception', { exception: 'ValueError: no' }, 'Exception ValueError: no'],
    ['a call that runs', { output: null }, 'Inputs'],
    ['choices that are none', { output: { choices: [null] } }, '"choices": ['],
    [
      'arguments that are no JSON',
      { inputs: { messages: [{ role: 'a', tool_calls: [{ function: { name: 'f', arguments: '{half' } }, 7] }] } },
      '→ f {half',
    ],
    ['content that is an object', { inputs: { messages: [{ role: 'a', content: { odd: 1 } }] } }, '"odd": 1'],
  ])('shows %s', async (_, changes, text) => {
    const world = await startWorld();
    await world.write(call(changes));
    expect(await seen(world, tracePath)).toContain(text);
  });

  it('shows a running call', async () => {
    const world = await startWorld();
    const { ended_at, output, summary, ...start } = call();
    await world.post(`/v2/${PROJECT}/call/start`, { start });
    expect(await seen(world, tracePath)).toContain('Status running');
    expect(await seen(world, '/')).toContain('running');
  });

  it('shows 5,000 calls on pages of 500, and says where it stops', async () => {
    const world = await startWorld();
    const calls = Array.from({ length: 5000 }, (_, index) =>
      call({
        id: idOf(index),
        parent_id: index === 0 ? null : idOf(Math.floor((index - 1) / 3)),
        op_name: `step ${index}.`,
      }),
    );
    await world.write(...calls);
    const rows = new Set<string>();
    for (let page = 1; page <= 10; page++) {
      const { text } = await world.get(`${tracePath}?page=${page}`);
      expect(text).toContain('5,000 calls');
      expect(text.length).toBeLessThan(500_000);
      const ids = [...text.matchAll(/id="call-(\w+)"/g)].map(([, id]) => id ?? '');
      expect(ids).toHaveLength(500);
      for (const id of ids) rows.add(id);
    }
    expect(rows.size).toBe(5000);
    expect((await world.get(`${tracePath}?page=11`)).text).not.toContain('id="call-');
  });

  it('shows the first 20,000 calls of a larger trace and says so', async () => {
    const world = await startWorld();
    for (let from = 0; from < 20_500; from += 4100) {
      await world.write(...Array.from({ length: 4100 }, (_, index) => call({ id: idOf(from + index) })));
    }
    expect(await seen(world, tracePath)).toContain('these are the first 20,000.');
  });

  it('draws a chain that is deeper than the page is wide', async () => {
    const world = await startWorld();
    await world.write(
      ...Array.from({ length: 300 }, (_, i) => call({ id: idOf(i), parent_id: i === 0 ? null : idOf(i - 1) })),
    );
    const { text } = await world.get(tracePath);
    // 0 to 23 levels for the first 24 calls, 24 for each of the others.
    expect(text.match(/class="guide"/g)).toHaveLength(276 + 276 * 24);
  });

  it.each([
    ['an unknown trace', `/traces/${PROJECT}/${'f'.repeat(32)}`, 404, 'No such trace'],
    ['an unknown project', `/traces/acme/none/${TRACE}`, 404, 'No such trace'],
    ['an unknown call', `${tracePath}?call=none`, 200, 'no such call'],
    ['a call of another trace', `${tracePath}?call=${idOf(5)}`, 200, 'no such call'],
    ['a page that is none', `${tracePath}?page=-7`, 200, '1 call '],
  ])('says so for %s', async (_, path, status, text) => {
    const world = await startWorld();
    await world.write(call(), call({ id: idOf(5), trace_id: 'b'.repeat(32) }));
    expect((await world.get(path)).status).toBe(status);
    expect(await seen(world, path)).toContain(text);
  });
});

describe('where there is nothing', () => {
  it.each([
    ['a browser', 'text/html,application/xhtml+xml', 'Nothing is here'],
    ['a program', '*/*', '{"detail":"Not Found"}'],
  ])('%s is told so in its own way', async (_, accept, said) => {
    const world = await startWorld();
    const response = await fetch(`${world.url}/no/such/page`, { headers: { accept } });
    expect(response.status).toBe(404);
    expect(await response.text()).toContain(said);
  });
});

describe('what a span says', () => {
  it('never becomes part of the page, whichever field it stands in', async () => {
    const world = await startWorld();
    const object = { [HOSTILE]: HOSTILE };
    const message = {
      role: HOSTILE,
      content: HOSTILE,
      tool_call_id: HOSTILE,
      tool_calls: [{ id: HOSTILE, function: { name: HOSTILE, arguments: HOSTILE } }],
    };
    const image = {
      role: 'user',
      content: [
        { image_url: { url: `javascript:${HOSTILE}` } },
        { image_url: { url: `data:image/png;base64,${HOSTILE}` } },
        { image_url: { url: 'data:image/svg+xml;base64,AAAA' } },
      ],
    };
    const id = '"><b x=abcdefghi';
    await world.write(
      call({
        id: id.slice(0, 16),
        trace_id: TRACE,
        parent_id: `<script>alert(1)`,
        op_name: HOSTILE,
        display_name: HOSTILE,
        thread_id: HOSTILE,
        turn_id: HOSTILE,
        wb_run_id: HOSTILE,
        exception: HOSTILE,
        attributes: { ...object, kind: HOSTILE, model: HOSTILE },
        inputs: { messages: [message, image], ...object },
        output: { choices: [{ message }], ...object },
        summary: { usage: { [HOSTILE]: { [HOSTILE]: 1 } } },
        otel_dump: object,
      }),
    );
    await world.post('/feedback/create', {
      project_id: PROJECT,
      weave_ref: `weave:///${PROJECT}/call/${id.slice(0, 16)}`,
      feedback_type: HOSTILE,
      creator: HOSTILE,
      payload: { ...object, output: HOSTILE, reason: HOSTILE.repeat(3) },
    });
    const paths = [
      '/',
      tracePath,
      `${tracePath}?call=${encodeURIComponent(HOSTILE)}`,
      `/?project=${encodeURIComponent(HOSTILE)}`,
    ];
    for (const path of [...paths, `/traces/${encodeURIComponent(HOSTILE)}/x/${encodeURIComponent(HOSTILE)}`]) {
      const { text, headers } = await world.get(path);
      const tags = new Set([...text.matchAll(/<\/?([a-z!][\w-]*)/gi)].map(([, name]) => name));
      expect(tags).not.toContain('script');
      expect(tags).not.toContain('img');
      expect(text).not.toMatch(/<b x=|javascript:[^&]*"|\sonerror=alert\(1\)>/);
      expect(headers.get('content-security-policy')).toMatch(/^default-src 'none'; style-src 'self';/);
      expect(headers.get('x-content-type-options')).toBe('nosniff');
    }
    expect((await world.get(tracePath)).text.match(/&lt;script&gt;/g)?.length).toBeGreaterThan(20);
  });
});

describe('the style sheet', () => {
  it('is the one that the pages name', async () => {
    const { get } = await startWorld();
    const [, href = ''] = /<link rel="stylesheet" href="([^"]+)"/.exec((await get('/')).text) ?? [];
    const sheet = await get(href);
    expect(sheet.status).toBe(200);
    expect(sheet.headers.get('content-type')).toBe('text/css; charset=utf-8');
    expect(sheet.text).not.toMatch(/url\(|@import/);
  });
});
