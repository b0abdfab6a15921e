import { ALL_OPTIONS } from './options.ts';

/** The option list of `--help`; `isUsed` tells which flags the command takes. */
export function optionsAsText(isUsed: (flag: string) => boolean): string {
  return ALL_OPTIONS.flatMap(({ path, env, option }) => {
    const flag = option.flag && isUsed(option.flag) ? option.flag : undefined;
    const names = [flag, env, option.envElse?.name].filter((name) => name !== undefined).join(', ');
    const fallback = option.default === undefined ? 'not set' : option.default;
    return [`  ${path} <${option.type.placeholder}>`, `      ${option.about} (default: ${fallback})`, `      ${names}`];
  }).join('\n');
}

/** The option list of the README. */
export function optionsAsMarkdown(): string {
  const rows = ALL_OPTIONS.map(({ path, env, option }) => {
    const flag = option.flag ? `\`${option.flag}\`` : '';
    const names = [env, option.envElse?.name].filter((name) => name !== undefined).map((name) => `\`${name}\``);
    const fallback = option.default === undefined ? '' : `\`${option.default}\``;
    return `| \`${path}\` | ${fallback} | ${flag} | ${names.join(', ')} | ${option.about} |`;
  });
  return ['| option | default | flag | environment | what it is |', '| --- | --- | --- | --- | --- |', ...rows].join(
    '\n',
  );
}
