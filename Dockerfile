# One image for web, worker and beat; compose says which. Built without any key: those come at run time.
FROM python:3.11-slim AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
RUN python -m venv /venv
COPY requirements.txt .
RUN /venv/bin/pip install --require-hashes -r requirements.txt
WORKDIR /app
COPY . .
ENV STATIC_ROOT=/app/static-built VAR_DIR=/tmp/build
# a key for this step alone: collectstatic signs nothing
RUN /venv/bin/pybabel -q compile --use-fuzzy -D django -d locale \
 && SECRET_KEY=build-only /venv/bin/python manage.py collectstatic --noinput -v 0 \
 && /venv/bin/python -m compileall -q /app /venv/lib

FROM python:3.11-slim
RUN groupadd --gid 10001 portal && useradd --uid 10001 --gid portal --home-dir /var/portal --no-create-home portal \
 && install -d -o portal -g portal -m 750 /var/portal /var/portal/media
COPY --from=build /venv /venv
COPY --from=build /app /app
WORKDIR /app
ENV PATH=/venv/bin:$PATH PYTHONUNBUFFERED=1 VAR_DIR=/var/portal STATIC_ROOT=/app/static-built
USER portal
VOLUME /var/portal
EXPOSE 8000
# X-Forwarded-Proto tells the portal that TLS ended at the proxy, so that it does not redirect
HEALTHCHECK --interval=15s --timeout=5s --start-period=30s \
  CMD ["python", "-c", "import urllib.request as u; u.urlopen(u.Request('http://127.0.0.1:8000/health/', headers={'X-Forwarded-Proto': 'https'}), timeout=4)"]
CMD ["gunicorn", "portal.wsgi", "--bind", "0.0.0.0:8000", "--worker-class", "gthread", "--workers", "2", "--threads", "4", \
     "--timeout", "60", "--graceful-timeout", "20", "--max-requests", "5000", "--max-requests-jitter", "500", \
     "--worker-tmp-dir", "/dev/shm", "--no-control-socket"]
