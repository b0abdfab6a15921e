import { describe, expect, it } from '@jest/globals';
import { parseProjectId, projectOfResource } from '../../src/core/call.ts';

describe('parseProjectId', () => {
  it.each(['team/app', 'a.b-c_1/My Project', '...x/..y', 'team/.hidden'])('takes %j', (text) => {
    expect(parseProjectId(text)).toBe(text);
  });

  it.each(['', 'team', 'team/', '/app', 'team/app/more', 'te am/app', 'team/a?b', `${'x'.repeat(129)}/app`])(
    'refuses %j',
    (text) => {
      expect(parseProjectId(text)).toBeUndefined();
    },
  );

  it.each(['./app', '../app', 'team/.', 'team/..'])('refuses %j, which would climb the path to Weave', (text) => {
    expect(parseProjectId(text)).toBeUndefined();
  });
});

describe('projectOfResource', () => {
  it('needs both parts as text', () => {
    expect(
      projectOfResource(
        new Map([
          ['wandb.entity', 'team'],
          ['wandb.project', 'app'],
        ]),
      ),
    ).toBe('team/app');
    expect(projectOfResource(new Map([['wandb.entity', 'team']]))).toBeUndefined();
    expect(
      projectOfResource(
        new Map<string, string | number>([
          ['wandb.entity', 'team'],
          ['wandb.project', 7],
        ]),
      ),
    ).toBeUndefined();
  });
});
