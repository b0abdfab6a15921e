# The bridge as a container: docker build -t otel-weave-bridge .
FROM node:24-bookworm-slim AS build
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci
COPY tsconfig.json LICENSE ./
COPY src ./src
COPY proto ./proto
RUN npm run build && npm prune --omit=dev

FROM node:24-bookworm-slim
WORKDIR /app
ENV NODE_ENV=production
COPY --from=build /app/package.json /app/LICENSE ./
COPY --from=build /app/node_modules ./node_modules
COPY --from=build /app/proto ./proto
COPY --from=build /app/dist ./dist
COPY examples/samples ./examples/samples
RUN mkdir -p /var/lib/otel-weave && chown node:node /var/lib/otel-weave
USER node

# In a container every interface is meant. Nothing is written but the queue: the root file system may be read-only.
ENV OTEL_WEAVE_RECEIVE_HTTP_ENDPOINT=:4318 \
    OTEL_WEAVE_RECEIVE_GRPC_ENDPOINT=:4317 \
    OTEL_WEAVE_TELEMETRY_HEALTH=:13133 \
    OTEL_WEAVE_TELEMETRY_METRICS=:8888 \
    OTEL_WEAVE_QUEUE_DIR=/var/lib/otel-weave \
    OTEL_WEAVE_SHUTDOWN_TIMEOUT=20s
VOLUME /var/lib/otel-weave
EXPOSE 4317 4318 8888 13133
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=3s --start-period=10s \
  CMD ["node", "-e", "fetch('http://127.0.0.1:13133/live').then((a) => process.exit(a.ok ? 0 : 1), () => process.exit(1))"]
ENTRYPOINT ["node", "--disable-warning=ExperimentalWarning", "--max-semi-space-size=16", "dist/cli/main.js"]
CMD ["serve"]
