# SPDX-License-Identifier: Apache-2.0
# A Debian with systemd as its first process, and weir's package installed.
FROM debian:12-slim
RUN apt-get update && apt-get install -y --no-install-recommends systemd dbus logrotate
COPY --from=localhost/weir-build:latest /src/build/release/weir_*.deb /packages/
RUN apt-get install -y --no-install-recommends /packages/weir_*.deb
CMD ["/lib/systemd/systemd"]
