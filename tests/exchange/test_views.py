"""The pages of the import as the officer walks through them, and the doors that stay shut."""

import io

import openpyxl
import pytest
from django.urls import reverse

from exchange import services
from exchange.kinds import kind_of
from exchange.models import Batch
from exchange.states import BatchState
from journal.models import Entry
from people.models import User
from tests.exchange.conftest import run, table
from tests.exchange.test_services import GOOD, OTHER, row

pytestmark = pytest.mark.usefixtures("workshop")


@pytest.fixture
def desk(as_user, officer):
    return as_user(officer)


def at(name, *args):
    return reverse(f"exchange:{name}", args=args)


def workbook(response):
    content = b"".join(response.streaming_content)
    return openpyxl.load_workbook(io.BytesIO(content)).active


def test_the_officer_uploads_corrects_imports_and_undoes(desk, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        answer = desk.post(at("upload", "roster"), {"file": table(GOOD, row("00418", phone="1"))})
    batch = Batch.objects.get()
    assert answer.headers["Location"] == at("batch", batch.pk)
    page = desk.get(at("batch", batch.pk)).content.decode()
    assert "Only 1 digits; 10 missing." in page
    assert "Import 1 row now" in page
    desk.post(at("fix", batch.pk, 3), {"cell-phone": "13800138009"})
    with django_capture_on_commit_callbacks(execute=True):
        desk.post(at("apply", batch.pk))
    assert User.objects.filter(employee_no__in=("00417", "00418")).count() == 2
    assert "Undo all 2 rows" in desk.get(at("batch", batch.pk)).content.decode()
    with django_capture_on_commit_callbacks(execute=True):
        desk.post(at("undo", batch.pk))
    batch.refresh_from_db()
    assert batch.state == BatchState.UNDONE
    assert not User.objects.filter(employee_no__in=("00417", "00418")).exists()


def test_a_suggestion_is_taken_with_one_click(desk, receive):
    batch = receive(row(unit="总装1车间"))
    page = desk.get(at("batch", batch.pk)).content.decode()
    assert "Take “总装一车间”" in page
    desk.post(at("fix", batch.pk, 2), {"cell-unit": "总装一车间"})
    batch.refresh_from_db()
    assert (batch.rows_new, batch.rows_bad) == (1, 0)


def test_two_problems_of_one_cell_stand_below_one_field(desk, receive):
    batch = receive(row(), row("00417"), row("(无)"), row("(无)"))
    page = desk.get(at("batch", batch.pk)).content.decode()
    fix = page[page.index('id="row-5"') :]
    assert fix.count('type="hidden"') >= 0
    assert fix.split("</form>")[0].count('name="cell-number"') == 1


def test_htmx_is_answered_with_the_report_alone(desk, receive):
    batch = receive(row(phone="1"))
    answer = desk.post(
        at("fix", batch.pk, 2), {"cell-phone": ""}, headers={"HX-Request": "true"}
    ).content.decode()
    assert "<html" not in answer
    assert "Import 1 row now" in answer


def test_the_switch_checks_anew(desk, receive, django_capture_on_commit_callbacks):
    batch = receive(row(unit="总公司", workshop="涂装车间"))
    with django_capture_on_commit_callbacks(execute=True):
        desk.post(at("switch", batch.pk), {"new_units": "on"})
    batch.refresh_from_db()
    assert (batch.state, batch.rows_new) == (BatchState.CHECKED, 1)


def test_what_was_typed_wrong_is_told_at_the_field(desk):
    answer = desk.post(at("upload", "roster"))
    assert answer.status_code == 422
    assert "Choose the file first." in answer.content.decode()
    answer = desk.post(at("upload", "roster"), {"file": table(GOOD, name="a.pdf")})
    assert "save yours as one in Excel" in answer.content.decode()
    assert not Batch.objects.exists()


def test_nothing_to_import_is_told(desk, receive, carry_out):
    carry_out(receive(GOOD))
    again = receive(GOOD)
    answer = desk.post(at("apply", again.pk), follow=True).content.decode()
    assert "no row would change anything" in answer
    assert "This very file was imported" in answer


def test_a_file_is_put_aside(desk, receive):
    batch = receive(GOOD)
    assert (
        "Nothing was imported" in desk.post(at("discard", batch.pk), follow=True).content.decode()
    )
    answer = desk.post(at("apply", batch.pk), follow=True).content.decode()
    assert "just before" in answer
    assert not User.objects.filter(employee_no="00417").exists()


def test_a_stopped_import_offers_to_go_on(desk, receive, officer):
    batch = receive(GOOD)
    services.order_import(batch, by=officer)
    desk.post(reverse("journal:job-cancel", args=[batch.job_id]))
    assert at("go-on", batch.pk) in desk.get(at("batch", batch.pk)).content.decode()
    desk.post(at("go-on", batch.pk))
    assert run(batch).state == BatchState.APPLIED


def test_the_rows_to_correct_come_as_a_yellow_workbook_that_computes_nothing(desk, receive):
    batch = receive(row(phone="138"), row("00418", "=1+1"), GOOD[:0] + row("00419"))
    answer = desk.get(at("bad-rows", batch.pk))
    assert "2 rows to correct.xlsx" in answer.filename
    sheet = workbook(answer)
    head = [cell.value for cell in sheet[1]]
    assert head[-1] == "What to correct"
    phone = sheet.cell(2, head.index("手机") + 1)
    assert phone.fill.fgColor.rgb == "FFFFF2A8"
    assert phone.comment.text.strip() == "Only 3 digits; 8 missing."
    assert sheet.cell(2, len(head)).value == "Only 3 digits; 8 missing."
    assert sheet.cell(2, 1).fill.fgColor.rgb != "FFFFF2A8"
    name = sheet.cell(3, head.index("姓名") + 1)
    assert (name.value, name.data_type) in (("=1+1", "s"), ("=1+1", "f"))
    assert sheet.max_row == 3
    assert Entry.objects.filter(verb="exchange.bad_rows_downloaded").exists()


def test_a_formula_in_a_cell_leaves_as_text(desk, receive):
    batch = receive(row("00418", "=HYPERLINK(1)"))
    content = b"".join(desk.get(at("bad-rows", batch.pk)).streaming_content)
    import zipfile  # noqa: PLC0415

    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        xml = archive.read("xl/worksheets/sheet1.xml").decode()
    assert "<f>" not in xml


def test_the_corrected_workbook_concerns_its_rows_alone(
    desk, receive, carry_out, django_capture_on_commit_callbacks
):
    batch = carry_out(receive(GOOD, row("00418", phone="138")))
    sheet = workbook(desk.get(at("bad-rows", batch.pk)))
    head = [cell.value for cell in sheet[1]]
    sheet.cell(2, head.index("手机") + 1).value = "13800138008"
    content = io.BytesIO()
    sheet.parent.save(content)
    content.seek(0)
    content.name = "a.xlsx"
    with django_capture_on_commit_callbacks(execute=True):
        desk.post(at("upload", "roster"), {"file": content})
    again = Batch.objects.latest("pk")
    assert (again.rows_total, again.rows_new, again.rows_bad) == (1, 1, 0)


def test_no_bad_rows_no_workbook(desk, receive):
    assert desk.get(at("bad-rows", receive(GOOD).pk)).status_code == 404


@pytest.mark.parametrize("slug", ("roster", "placements", "honors"))
def test_the_template_has_every_column_as_text(desk, slug):
    sheet = workbook(desk.get(at("template", slug)))
    columns = kind_of(slug).columns
    assert [c.value for c in sheet[1]] == [
        f"*{c.header}" if c.required else c.header for c in columns
    ]
    assert {c.number_format for c in sheet[2]} == {"@"}
    assert len(sheet.data_validations.dataValidation) == sum(bool(c.choices) for c in columns)


# ---- doors -----------------------------------------------------------------------------------

BATCH_DOORS = (
    ("batch", "get"), ("rows", "get"), ("bad-rows", "get"), ("switch", "post"),
    ("apply", "post"), ("go-on", "post"), ("undo", "post"), ("discard", "post"),
)  # fmt: skip


@pytest.mark.parametrize(("name", "method"), BATCH_DOORS)
def test_a_batch_of_another_enterprise_does_not_exist(as_user, receive, stranger, name, method):
    batch = receive(row(phone="1"))
    assert getattr(as_user(stranger), method)(at(name, batch.pk)).status_code == 404
    batch.refresh_from_db()
    assert batch.state == BatchState.CHECKED


def test_a_row_of_another_enterprise_cannot_be_corrected(as_user, receive, stranger):
    batch = receive(row(phone="1"))
    answer = as_user(stranger).post(at("fix", batch.pk, 2), {"cell-phone": ""})
    assert answer.status_code == 404


@pytest.mark.parametrize("who", ("sysadmin", "secadmin", "logadmin", "employee"))
def test_who_keeps_no_roster_imports_none(as_user, who, request, receive):
    batch = receive(GOOD)
    visitor = as_user(request.getfixturevalue(who))
    assert visitor.get(at("choose")).status_code == 403
    for name in ("upload", "template"):
        assert visitor.get(at(name, "roster")).status_code == 403
    assert visitor.post(at("upload", "roster"), {"file": table(GOOD)}).status_code == 403
    assert visitor.get(at("batch", batch.pk)).status_code == 404
    assert Batch.objects.count() == 1


def test_an_unknown_kind_does_not_exist(desk):
    assert desk.get(at("upload", "nothing")).status_code == 404


# ---- cost ------------------------------------------------------------------------------------


def queries(client, url, django_assert_max_num_queries):
    client.get(url)
    with django_assert_max_num_queries(100) as found:
        assert client.get(url).status_code == 200
    return len(found.captured_queries)


def test_the_list_of_files_costs_the_same_for_any_length(
    desk, receive, django_assert_max_num_queries
):
    receive(GOOD)
    one = queries(desk, at("choose"), django_assert_max_num_queries)
    receive(OTHER)
    receive(row("00420"))
    assert queries(desk, at("choose"), django_assert_max_num_queries) == one


@pytest.mark.parametrize("which", ("all", "bad", "nonsense"))
def test_the_list_of_rows_costs_the_same_for_any_length(
    desk, receive, django_assert_max_num_queries, which
):
    short = receive(row(phone="1"))
    long = receive(*(row(f"0050{i}", phone="1") for i in range(3)))
    costs = {
        queries(desk, f"{at('rows', b.pk)}?which={which}", django_assert_max_num_queries)
        for b in (short, long)
    }
    assert len(costs) == 1


def test_the_report_costs_the_same_for_any_length(desk, receive, django_assert_max_num_queries):
    short = receive(row(phone="1"))
    long = receive(*(row(f"0050{i}", phone="1", trade="") for i in range(3)))
    costs = {queries(desk, at("batch", b.pk), django_assert_max_num_queries) for b in (short, long)}
    assert len(costs) == 1
