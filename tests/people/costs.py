"""The 1-and-3 rule: a page costs the same number of queries for one row and for three."""

from django.db import connection
from django.test.utils import CaptureQueriesContext


def queries_of(client, url, **query):
    """The statements one more visit of ``url`` needs; the first visit warms session and types."""
    client.get(url, query)
    with CaptureQueriesContext(connection) as captured:
        answer = client.get(url, query)
    assert answer.status_code == 200
    return [row["sql"] for row in captured]
