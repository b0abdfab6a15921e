/** @type {import('next').NextConfig} */
module.exports = {
  // Loaded by Node as it is, and not bundled: it has files of its own that it loads when it needs them.
  serverExternalPackages: ['otel-weave-bridge'],
  // This folder is the app, whatever lies around it.
  turbopack: { root: __dirname },
  outputFileTracingRoot: __dirname,
};
