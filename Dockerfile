# Debian slim, not Alpine: the tests run on glibc too, and Node's Alpine builds are unofficial.
FROM node:24-slim AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
COPY scripts/prepare.mjs scripts/
RUN node scripts/prepare.mjs
COPY tsconfig.json ./
COPY src src
RUN node scripts/prepare.mjs build \
 && npm prune --omit=dev

FROM node:24-slim
# For opus, aac, flac and other speeds from /v1/audio/speech: docker build --build-arg FFMPEG=true
ARG FFMPEG=false
RUN if [ "$FFMPEG" = true ]; then \
      apt-get update && apt-get install -y --no-install-recommends ffmpeg && rm -rf /var/lib/apt/lists/*; \
    fi
ENV NODE_ENV=production \
    PORT=7860
WORKDIR /app
# State and images. A volume mounted here must be writable by uid 1000, which is this image's `node`.
RUN install -d -o node -g node /data
COPY package.json LICENSE ./
COPY --from=build /app/node_modules node_modules
COPY --from=build /app/dist dist
USER node
EXPOSE 7860
HEALTHCHECK --interval=30s --timeout=5s --start-period=20s --retries=3 \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT}/healthz`).then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
CMD ["node", "dist/index.js"]
