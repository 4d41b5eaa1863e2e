# The suite: docker run --rm --user "$(id -u)" -v "$PWD:/work" iot-conformance run http://host:8080
FROM python:3.13-slim AS build
WORKDIR /build
COPY requirements.lock .
# The environment gets no pip of its own: what is not in the lock cannot come in later.
RUN python -m venv --without-pip /opt/iot-conformance \
    && python -m pip --python /opt/iot-conformance/bin/python install --no-cache-dir --no-compile \
        --disable-pip-version-check --require-hashes --requirement requirements.lock

FROM python:3.13-slim
RUN useradd --uid 10001 --no-create-home --home-dir /work conformance \
    && install --directory --owner conformance /work
COPY --from=build /opt/iot-conformance /opt/iot-conformance
COPY conformance /opt/suite/conformance
COPY fixtures /opt/suite/fixtures
ENV PATH=/opt/iot-conformance/bin:$PATH \
    PYTHONPATH=/opt/suite \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1
RUN printf '#!/bin/sh\nexec python -P -m conformance "$@"\n' >/usr/local/bin/iot-conformance \
    && chmod 0755 /usr/local/bin/iot-conformance
USER 10001
WORKDIR /work
ENTRYPOINT ["iot-conformance"]
CMD ["--help"]
