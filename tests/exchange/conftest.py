import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import translation

from exchange import services
from exchange.kinds import kind_of
from journal.jobs import perform

HEADER = ("工号", "姓名", "单位", "车间", "班组", "工种", "手机", "性别", "入职日期")


@pytest.fixture(autouse=True)
def _in_english():
    with translation.override("en"):
        yield


@pytest.fixture(autouse=True)
def _private_files(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"


def table(*rows, header=HEADER, name="花名册.csv"):
    """A csv file; a row may be shorter than its header."""
    text = "\n".join(",".join(row) for row in (header, *rows))
    return SimpleUploadedFile(name, text.encode())


@pytest.fixture
def officer(officer):
    officer.language = "en"
    officer.save()
    return officer


@pytest.fixture
def receive(officer):
    """Upload and check, by the job itself."""

    def upload(*rows, slug="roster", by=officer, **options):
        kind = kind_of(slug)
        batch = services.receive(kind, table(*rows, **options), scope=kind.scopes(by)[0], by=by)
        return run(batch)

    return upload


def run(batch):
    """Do the job that was ordered last."""
    batch.refresh_from_db()
    perform(batch.job_id)
    batch.refresh_from_db()
    return batch


@pytest.fixture
def carry_out(officer):
    """Import a checked batch to its end."""

    def order(batch, by=officer):
        services.order_import(batch, by=by)
        return run(batch)

    return order
