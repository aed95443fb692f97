# One image for every role; what a container is follows from ROLES. See docs/scaling.md and docker-compose.yml.
FROM node:24-bookworm-slim AS build
WORKDIR /app
# The packages first: they change seldom, and a layer that did not change is not made again.
COPY package.json pnpm-lock.yaml pnpm-workspace.yaml .npmrc ./
COPY scripts/install.mjs scripts/fingerprint.mjs scripts/
COPY apps/sandbox/package.json apps/sandbox/
COPY apps/server/package.json apps/server/
COPY apps/web/package.json apps/web/
COPY packages/core/package.json packages/core/
COPY packages/platforms/package.json packages/platforms/
RUN node scripts/install.mjs
COPY . .
RUN node scripts/build.mjs
# The bundles look for a few files of packages where they were built: the same folder, with what production needs and no more.
RUN rm -rf node_modules apps/*/node_modules packages/*/node_modules \
  && npx --yes "$(node -p 'require("./package.json").packageManager')" install --frozen-lockfile --prod --filter '@answerback/server...'

FROM node:24-bookworm-slim
ENV NODE_ENV=production DEMO=off DATA_DIR=/data
WORKDIR /app
COPY --from=build /app/package.json ./
COPY --from=build /app/node_modules node_modules
COPY --from=build /app/apps/server/package.json apps/server/
COPY --from=build /app/apps/server/node_modules apps/server/node_modules
COPY --from=build /app/apps/server/migrations apps/server/migrations
COPY --from=build /app/apps/server/dist apps/server/dist
COPY --from=build /app/apps/web/dist apps/web/dist
# `docker compose exec server answerback doctor`: what `pnpm cli doctor` is elsewhere.
RUN printf '#!/bin/sh\nexec node /app/apps/server/dist/cli/main.js "$@"\n' > /usr/local/bin/answerback \
  && chmod 755 /usr/local/bin/answerback \
  && mkdir /data && chown node:node /data
USER node
VOLUME /data
EXPOSE 3000
# A container without the web role has no door to knock on: switch this off there, as docker-compose.yml does.
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s --retries=3 \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT || 3000}/readyz`).then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
CMD ["node", "apps/server/dist/server/main.js"]
