"""The pages' addresses."""

from django.urls import path

from bihuan.web.pages import (
    attachment,
    batch,
    board,
    desk,
    import_columns,
    import_preview,
    import_upload,
    ledger,
    ledgers,
    matters,
    merge,
    record,
    record_form,
    record_links,
    sign_in,
    units,
    verb,
)

urlpatterns = [
    path("", desk.show, name="desk"),
    path("sign-in/", sign_in.show, name="sign_in"),
    path("sign-out/", sign_in.leave, name="sign_out"),
    path("ledgers/", ledgers.show, name="ledgers"),
    path("ledgers/<str:code>/", ledger.show, name="ledger"),
    path("ledgers/<str:code>/export/", ledger.export, name="export"),
    path("ledgers/<str:code>/new/", record_form.new, name="record_new"),
    path("records/of/<str:code>/", record_links.options, name="record_options"),
    path("records/<int:pk>/", record.show, name="record"),
    path("records/<int:pk>/edit/", record_form.edit, name="record_edit"),
    path("records/<int:pk>/do/<str:code>/", verb.show, name="verb"),
    path("matters/", matters.show, name="matters"),
    path("board/", board.show, name="board"),
    path("import/", import_upload.upload, name="import_upload"),
    path("import/template/<str:code>/", import_upload.template, name="import_template"),
    path("import/<uuid:pk>/columns/", import_columns.columns, name="import_map"),
    path("import/<uuid:pk>/preview/", import_preview.preview, name="import_preview"),
    path("import/<uuid:pk>/merge/", merge.settle, name="import_merge"),
    path("import/<uuid:pk>/run/", import_preview.marked, name="import_run"),
    path("batches/<uuid:pk>/", batch.show, name="batch"),
    path("files/<int:pk>/", attachment.show, name="attachment"),
    path("units/options/", units.options, name="units"),
]
