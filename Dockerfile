# careline as a container: the static binary of the release, the certificates it trusts, nothing else.
#
#   make dist VERSION="$TAG"
#   docker buildx build --build-arg GO_IMAGE=…@sha256:… --build-arg SOURCE_DATE_EPOCH=0 \
#     --output type=image,name=REPOSITORY/careline:TAG,push=true,rewrite-timestamp=true .
#
# The archives are those that everybody else gets, and their checksums are compared. With the base image named by digest, two
# builds from the same archives should give the same image (BuildKit, "Reproducible builds"). The default below is a tag, which
# its owner moves: good for a trial, but the certificates it brings may be others tomorrow. docs/runbook.md, "Deploy", says how
# to find the digest and where to keep it.

ARG GO_IMAGE=docker.io/library/golang:1.26.8-bookworm

FROM --platform=$BUILDPLATFORM ${GO_IMAGE} AS unpacked
ARG TARGETARCH=amd64
WORKDIR /dist
COPY dist/ ./
RUN sha256sum --check --strict --ignore-missing checksums.txt && mkdir -p /out && tar --extract --gzip --strip-components=1 --directory=/out --file="$(echo careline_*_linux_${TARGETARCH}.tar.gz)"

FROM scratch
COPY --from=unpacked /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/ca-certificates.crt
COPY --from=unpacked /out/careline /careline
# Nobody: a number, because there is no /etc/passwd to look a name up in.
USER 65532:65532
EXPOSE 8080
ENTRYPOINT ["/careline"]
CMD ["serve"]
