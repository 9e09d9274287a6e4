# One image for web, worker, beat and one-off commands; docker-compose.yml says which runs what.
FROM python:3.13-slim-bookworm AS build
# The compiler and the headers are for mysqlclient and stay behind in this stage. Debian keeps one
# version of a package in a release, so there is none to pin.
# hadolint ignore=DL3008
RUN apt-get update \
    && apt-get install --yes --no-install-recommends default-libmysqlclient-dev gcc pkg-config \
    && rm -rf /var/lib/apt/lists/*
WORKDIR /build
COPY requirements.txt requirements-mysql.txt ./
RUN python -m venv /opt/venv \
    && /opt/venv/bin/pip install --no-cache-dir -r requirements.txt -r requirements-mysql.txt

FROM python:3.13-slim-bookworm
# hadolint ignore=DL3008
RUN apt-get update \
    && apt-get install --yes --no-install-recommends libmariadb3 \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --system --uid 10001 --home-dir /app --shell /usr/sbin/nologin app
COPY --from=build /opt/venv /opt/venv
ENV PATH=/opt/venv/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1
WORKDIR /app
COPY . .
# Only collecting static files happens here; the secrets that production demands are thrown away.
RUN ENVIRONMENT=production SIGNIN_ALLOWED=nobody.invalid \
    JWT_SECRET="$(python -c "import secrets; print(secrets.token_hex(32))")" ENCRYPTION_KEY="$(python -c "import secrets; print(secrets.token_hex(32))")" \
    python manage.py collectstatic --noinput
USER 10001
EXPOSE 8000
CMD ["granian", "--interface", "wsgi", "config.wsgi:application"]
