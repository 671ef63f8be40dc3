# Debian slim, not Alpine: the tests run on glibc too, and Node's Alpine builds are unofficial.
# Pinned builds: --build-arg NODE_IMAGE=node:24-slim@sha256:… (docs/dependencies.md says how, and why none stands here).
ARG NODE_IMAGE=node:24-slim
FROM ${NODE_IMAGE} AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
COPY scripts/prepare.mjs scripts/
RUN node scripts/prepare.mjs
COPY scripts/build scripts/build
COPY tsconfig.json ./
COPY src src
RUN node scripts/prepare.mjs build \
 && npm prune --omit=dev --ignore-scripts

FROM ${NODE_IMAGE}
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
HEALTHCHECK --interval=30s --timeout=5s --start-period=20s --retries=3 CMD ["node", "dist/health-check.js"]
CMD ["node", "dist/index.js"]
