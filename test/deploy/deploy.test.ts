import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { parseAllDocuments, parseDocument } from 'yaml';
import { loadConfig } from '../../src/config/load.ts';
import { ALL_OPTIONS } from '../../src/config/options.ts';
import { describeMetrics } from '../../src/observe/metrics.ts';

const ROOT = resolve(import.meta.dirname, '../..');
const files = [
  'Dockerfile',
  ...readdirSync(join(ROOT, 'deploy'), { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.\w+$/.test(name))
    .map((name) => join('deploy', name)),
];
const textOf = (file: string) => readFileSync(join(ROOT, file), 'utf8');

/** The names that Prometheus gets to see, those of the parts of histograms included. */
const seen = new Set(
  describeMetrics().flatMap(({ name, type }) =>
    type === 'histogram' ? ['_bucket', '_sum', '_count'].map((part) => name + part) : [name],
  ),
);

const kubernetes = parseAllDocuments(textOf('deploy/kubernetes.yaml')).map((document) => {
  expect(document.errors).toEqual([]);
  return document.toJS();
});
const ofKind = (kind: string) => kubernetes.find((object) => object.kind === kind);

/** The config of the ConfigMap, read as the bridge reads it. */
function configMap() {
  const yaml = ofKind('ConfigMap').data['bridge.yaml'];
  const readText = (path: string) => (path === 'bridge.yaml' ? yaml : 'key');
  return loadConfig({ file: 'bridge.yaml', keyNeeded: true }, { env: {}, netrcFile: '', readText }).config;
}

/** The environment that the image sets. */
const image = Object.fromEntries(
  [...textOf('Dockerfile').matchAll(/(OTEL_WEAVE_\w+)=(\S+)/g)].map(([, name, value]) => [name, value]),
);
function imageConfig() {
  const nothing = { netrcFile: '', readText: () => '' };
  return loadConfig({ keyNeeded: false }, { env: image, ...nothing }).config;
}

describe.each(files)('%s', (file) => {
  it('speaks of metrics that exist, under the names that Prometheus sees', () => {
    const spoken = new Set(textOf(file).match(/otelweave_\w+/g) ?? []);
    expect([...spoken].filter((name) => !seen.has(name))).toEqual([]);
  });

  it('sets options that exist', () => {
    const text = textOf(file);
    const variables = text.match(/\b(OTEL_WEAVE|WEAVE|WANDB)_[A-Z_]+\b/g) ?? [];
    const known = ALL_OPTIONS.flatMap(({ env, option }) => [env, option.envElse?.name]);
    expect(variables.filter((name) => !known.includes(name))).toEqual([]);
    const paths = [...text.matchAll(/--set ([\w.]+)=/g)].map(([, path]) => path);
    expect(paths.filter((path) => !ALL_OPTIONS.some((option) => option.path === path))).toEqual([]);
  });
});

it('the dashboard and the alerts use the metrics', () => {
  for (const file of ['deploy/grafana/otel-weave.json', 'deploy/prometheus-rules.yaml']) {
    expect((textOf(file).match(/otelweave_\w+/g) ?? []).length).toBeGreaterThan(10);
  }
  const { panels } = JSON.parse(textOf('deploy/grafana/otel-weave.json'));
  expect(panels.every((panel: { targets: { expr: string }[] }) => panel.targets.every(({ expr }) => expr))).toBe(true);
  const rules = parseDocument(textOf('deploy/prometheus-rules.yaml'));
  expect(rules.errors).toEqual([]);
  for (const rule of rules.toJS().groups[0].rules) {
    expect(rule).toMatchObject({ alert: expect.stringMatching(/^OtelWeave\w+$/), expr: expect.any(String) });
  }
});

describe('the Kubernetes manifest', () => {
  const pod = ofKind('StatefulSet').spec.template.spec;
  const [container] = pod.containers;

  it('gives the bridge the time that it takes to stop', () => {
    const seconds = container.lifecycle.preStop.sleep.seconds + configMap().shutdown.timeout / 1000;
    expect(pod.terminationGracePeriodSeconds).toBeGreaterThanOrEqual(seconds + 5);
  });

  it('keeps the queue on a volume of its own that has room for it', () => {
    const { queue } = configMap();
    const [mount] = container.volumeMounts;
    expect(queue.dir.startsWith(`${mount.mountPath}/`)).toBe(true);
    const [claim] = ofKind('StatefulSet').spec.volumeClaimTemplates;
    expect(claim.metadata.name).toBe(mount.name);
    const room = Number.parseInt(claim.spec.resources.requests.storage, 10) * 2 ** 30;
    expect(room).toBeGreaterThan(1.25 * (queue.max_size + queue.dead_letters.max_size));
  });

  it('asks the ports that the bridge listens on', () => {
    const { receive, telemetry } = configMap();
    const ports = Object.fromEntries(
      container.ports.map(({ name, containerPort }: { name: string; containerPort: number }) => [name, containerPort]),
    );
    expect(ports).toEqual({
      'otlp-http': receive.http.endpoint.port,
      'otlp-grpc': receive.grpc.endpoint.port,
      metrics: telemetry.metrics.port,
      health: telemetry.health.port,
    });
    for (const { host } of [receive.http.endpoint, receive.grpc.endpoint, telemetry.metrics, telemetry.health]) {
      expect(host).toBe('::');
    }
    expect(container.readinessProbe.httpGet).toEqual({ path: '/', port: 'health' });
    expect(container.livenessProbe.httpGet).toEqual({ path: '/live', port: 'health' });
  });

  it('runs as nobody in particular, with nothing to write but the queue', () => {
    expect(pod.securityContext).toMatchObject({ runAsNonRoot: true });
    expect(container.securityContext).toMatchObject({ readOnlyRootFilesystem: true, allowPrivilegeEscalation: false });
  });
});

describe('the image', () => {
  it('listens everywhere, on the ports that it exposes', () => {
    const { receive, telemetry } = imageConfig();
    const all = [receive.grpc.endpoint, receive.http.endpoint, telemetry.metrics, telemetry.health];
    expect(all.map(({ host }) => host)).toEqual(['::', '::', '::', '::']);
    expect(textOf('Dockerfile')).toContain(`EXPOSE ${all.map(({ port }) => port).join(' ')}`);
    expect(textOf('Dockerfile')).toContain(`fetch('http://127.0.0.1:${telemetry.health.port}/live')`);
  });

  it('copies what the package ships, and starts Node as the command does', () => {
    const dockerfile = textOf('Dockerfile');
    const shebang = readFileSync(join(ROOT, 'src/cli/main.ts'), 'utf8').split('\n')[0] ?? '';
    for (const flag of shebang.match(/--\S+/g) ?? []) expect(dockerfile).toContain(`"${flag}"`);
    for (const part of ['dist', 'proto', 'examples/samples']) expect(dockerfile).toContain(`./${part}\n`);
    expect(dockerfile).toContain('USER node\n');
  });

  it.each([
    ['deploy/docker-compose.yaml', /stop_grace_period: (\d+)s/, () => imageConfig().shutdown.timeout],
    ['deploy/otel-weave.service', /TimeoutStopSec=(\d+)s/, () => 20_000],
  ])('is given the time to stop by %s', (file, pattern, timeoutMs) => {
    expect(Number(pattern.exec(textOf(file))?.[1]) * 1000).toBeGreaterThanOrEqual(timeoutMs() + 5000);
  });
});
