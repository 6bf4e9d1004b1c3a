# careline as a container: one static binary, the certificates it trusts, nothing else.
#
#   docker buildx build --build-arg NODE_IMAGE=…@sha256:… --build-arg GO_IMAGE=…@sha256:… \
#     --build-arg VERSION="$(git describe --tags --always)" --build-arg SOURCE_DATE_EPOCH=0 \
#     --output type=image,name=REPOSITORY/careline:TAG,push=true,rewrite-timestamp=true .
#
# With both base images named by digest, two builds of one commit should give the same image (BuildKit, "Reproducible
# builds"); tried is only that Go's part gives the same binary with the same compiler. The defaults below are tags, which
# their owners move: good for a trial, but what they bring (compiler, Node, certificates) may be another tomorrow.
# docs/runbook.md, "Deploy", says how to find the digests and where to keep them.

ARG NODE_IMAGE=docker.io/library/node:20.20.2-bookworm-slim
ARG GO_IMAGE=docker.io/library/golang:1.26.8-bookworm

# The clinician's app. What it is made of is the same on every platform.
FROM --platform=$BUILDPLATFORM ${NODE_IMAGE} AS web
WORKDIR /src/web
COPY web/package.json web/package-lock.json ./
RUN npm ci --no-audit --no-fund --silent
COPY web/ ./
RUN npx vite build --logLevel warn

# The binary, with the app in it. CGO_ENABLED=0 makes it static, timetzdata gives it the time zones, grpcnotrace leaves out
# pages of grpc's that nobody serves, whose templates would make the linker keep every method of every type.
FROM --platform=$BUILDPLATFORM ${GO_IMAGE} AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . ./
COPY --from=web /src/web/dist/ ./web/dist/
ARG VERSION=unknown
ARG TARGETOS=linux
ARG TARGETARCH=amd64
RUN CGO_ENABLED=0 GOOS=${TARGETOS} GOARCH=${TARGETARCH} go build -trimpath -buildvcs=false -tags timetzdata,grpcnotrace -ldflags "-s -w -X main.version=${VERSION}" -o /out/careline ./cmd/careline

FROM scratch
COPY --from=build /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/ca-certificates.crt
COPY --from=build /out/careline /careline
# Nobody: a number, because there is no /etc/passwd to look a name up in.
USER 65532:65532
EXPOSE 8080
ENTRYPOINT ["/careline"]
CMD ["serve"]
