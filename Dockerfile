# Build a static binary, and ship nothing but it. No image has been built from
# this file yet; whoever does first, please say so here.
#
# The health check follows MOCKCLOUD_LISTEN, not a --listen on the command line.
FROM golang:1.26 AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
RUN CGO_ENABLED=0 go build -trimpath -ldflags="-s -w" -o /out/mockcloud ./cmd/mockcloud \
 && mkdir -p /out/state

FROM scratch
COPY --from=build /out/mockcloud /mockcloud
COPY --from=build --chown=65532:65532 /out/state /state
USER 65532:65532
ENV MOCKCLOUD_LISTEN=0.0.0.0:8080 \
    MOCKCLOUD_DB=/state/mockcloud.db \
    TMPDIR=/state
VOLUME /state
EXPOSE 8080
HEALTHCHECK --interval=10s --timeout=3s --start-period=2s CMD ["/mockcloud", "healthcheck"]
ENTRYPOINT ["/mockcloud"]
CMD ["serve"]
