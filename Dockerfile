# Two stages: the first compiles the packet engine, the second runs it without a compiler and without root.
FROM python:3.11-slim-bookworm AS build
RUN apt-get update \
    && apt-get install -y --no-install-recommends gcc libc6-dev \
    && rm -rf /var/lib/apt/lists/*
WORKDIR /src
RUN python -m venv /opt/ringbridge
COPY pyproject.toml README.md LICENSE ./
COPY hold_audio hold_audio
COPY mediaserver mediaserver
COPY policy policy
COPY signaling signaling
RUN /opt/ringbridge/bin/pip install --no-cache-dir .
# The image must not be built without the engine: a server that cannot move packets is none.
RUN cd / && /opt/ringbridge/bin/python -c "import mediaserver.packets.engine"

FROM python:3.11-slim-bookworm
RUN useradd --system --create-home --home-dir /var/lib/ringbridge ringbridge
COPY --from=build /opt/ringbridge /opt/ringbridge
ENV PATH=/opt/ringbridge/bin:$PATH PYTHONUNBUFFERED=1
USER ringbridge
WORKDIR /var/lib/ringbridge
VOLUME /var/lib/ringbridge
EXPOSE 8080/tcp 40000-40015/udp
HEALTHCHECK --interval=10s --timeout=3s --start-period=15s \
    CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8080/healthz', timeout=2)"]
ENTRYPOINT ["ringbridge"]
CMD ["serve"]
