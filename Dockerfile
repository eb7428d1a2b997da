# Debian, not Alpine: Temporal's native bridge is built for glibc.
FROM node:20.20.2-bookworm-slim AS base
WORKDIR /app
ENV NODE_ENV=production
# Temporal Cloud is spoken to over TLS, and the slim image trusts nobody.
RUN apt-get update && apt-get install -y --no-install-recommends ca-certificates && rm -rf /var/lib/apt/lists/*

FROM base AS build
COPY package.json package-lock.json .npmrc ./
RUN npm ci --include=dev --no-audit --no-fund
COPY tsconfig.json tsconfig.build.json ./
COPY src src
COPY dev dev
COPY tools tools
COPY client client
COPY test/support test/support
RUN npm run build

FROM base AS dependencies
COPY package.json package-lock.json .npmrc ./
RUN npm ci --omit=dev --no-audit --no-fund

FROM base
COPY --from=dependencies /app/node_modules node_modules
COPY --from=build /app/dist/src dist/src
COPY --from=build /app/dist/workflow-bundle.js /app/dist/workflow-bundle.traced.js dist/
COPY package.json LICENSE ./
COPY migrations migrations
USER node
EXPOSE 8080 9464
CMD ["node", "dist/src/server.js"]
